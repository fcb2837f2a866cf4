"""Libraries that our handlers stand on, mended from outside; see docs/decisions for the patches that are proposed."""
