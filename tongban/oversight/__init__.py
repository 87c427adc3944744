"""Oversight: what is late, what nobody answered, and who has looked at it."""
