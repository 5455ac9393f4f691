"""From a digest to what people and programs read: Markdown, terminal, JSON."""
