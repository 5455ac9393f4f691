"""Everything known, as tools and resources over the Model Context Protocol: on standard input, and over HTTP."""
