"""Whether what a model says is borne out by the commit."""
