"""What Daybrief remembers, in one SQLite file: commits, analyses, digests, runs, and an index to search them."""
