"""A controller's database, models and keys in one file, and back again."""
