"""Copies a fleet from one database to another, while its controller runs."""
