"""What the template components need worked out: plain functions from values of the rooms below to view values."""
