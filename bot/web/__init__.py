"""The archive: days, commits and searches as pages."""
