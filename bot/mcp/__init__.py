"""What is known, as tools and resources for programs that speak the Model Context Protocol: over standard input, and over HTTP."""
