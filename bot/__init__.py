"""The outer layer: configuration, command line, conversation and platforms. Nothing else imports this package."""
