"""Days that readers labelled: how they are read, how a digest is scored against them, and how weights are fitted to them."""
