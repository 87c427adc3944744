"""Applications 办件: lifecycle, materials, reviews, notices and the legal clock of each."""
