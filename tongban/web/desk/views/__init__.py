"""Views of the desk, by capability."""
