"""The answers to commands, a module for each subject."""
