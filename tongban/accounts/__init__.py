"""Regions, organisations, posts, staff, applicants: who exists and who may act for whom."""
