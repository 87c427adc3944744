"""Screens: server-rendered pages for the public and the desk, on shared templates and components."""
