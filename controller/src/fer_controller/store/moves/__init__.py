"""From where a database was filled, and to where it was moved."""
