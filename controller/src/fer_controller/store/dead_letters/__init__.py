"""Messages that could not be read, and what was counted of all messages."""
