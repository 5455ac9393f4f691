"""Servers on the loopback that answer as GitHub and as a language model do."""
