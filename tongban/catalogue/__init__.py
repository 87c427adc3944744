"""Room ``catalogue``: versioned service items and their guides, licence types; import, checks, publishing, search."""
