"""The language of commands: what may be asked, how it is read and printed, and what the store answers."""
