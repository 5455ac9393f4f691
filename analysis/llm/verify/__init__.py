"""Whether the commit supports what a model says about it."""
