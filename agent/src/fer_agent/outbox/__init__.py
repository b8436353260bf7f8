"""What waits to be sent: the spool on disk, and the thread that publishes it."""
