"""Digests and look-backs as Markdown."""
