"""What one process of a controller does, a role a file."""
