"""Tongban 通办: the approval platform of a government service hall."""

__version__ = "0.1.0"
