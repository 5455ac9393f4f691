"""What is due, and how it reaches its channel exactly once."""
