"""Replies and posts as Discord shows them."""
