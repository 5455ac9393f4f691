"""The outer side: configuration, the command line, the conversation, the platforms. Nothing imports this package."""
