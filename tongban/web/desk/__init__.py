"""The desk: what officers see and do."""
