"""The commands: what can be asked, how commands are parsed and printed, and what the store answers."""
