"""Pictures of days."""
