"""The published working days: the bundled calendar, the years the operator loads, and who loaded them."""
