"""Days labelled by readers: loading them, scoring a digest against them, and fitting weights to them."""
