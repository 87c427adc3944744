"""Official documents: their kinds and numbers, typesetting, and electronic signatures."""
