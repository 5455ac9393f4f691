"""Digests made against the store: fetched once, read once, remembered."""
