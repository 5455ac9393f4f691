"""Replies and posts as Slack shows them."""
