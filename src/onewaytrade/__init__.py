"""One-Way Trade."""
