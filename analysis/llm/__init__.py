"""The analyser that asks a language model: what it is shown, what it is asked, and what becomes of its answers."""
