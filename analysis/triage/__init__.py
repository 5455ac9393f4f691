"""What kind of change a commit is, how much it matters to users and why, and which areas it touches."""
