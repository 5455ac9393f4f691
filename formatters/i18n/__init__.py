"""Labels of the formats, in every language."""
