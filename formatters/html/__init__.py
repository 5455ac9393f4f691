"""Pages: digests, look-backs, the archive and its feeds."""
