"""Messages that could not be read, and counters of messages."""
