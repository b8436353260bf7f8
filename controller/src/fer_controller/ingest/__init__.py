"""From the broker to the database: messages are read, stored in batches, and acknowledged."""
