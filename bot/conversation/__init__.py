"""Whoever asks something gets an answer: requests find their handlers here."""
