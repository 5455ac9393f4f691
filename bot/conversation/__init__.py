"""Answers requests: each is passed to its handler."""
