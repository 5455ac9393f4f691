"""How languages and file formats write things down: what extractors of facts look for in a diff."""
