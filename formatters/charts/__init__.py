"""Charts of days."""
