"""The bot as a process: its parts joined, watched and checked."""
