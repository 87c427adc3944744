"""Tests in a browser. They share one database and one site, which stand while tests of this folder run."""
