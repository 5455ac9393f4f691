"""The bot as a process: assembled, monitored and checked."""
