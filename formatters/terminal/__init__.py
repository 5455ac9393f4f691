"""Digests, replies and tables as lines of a terminal."""
