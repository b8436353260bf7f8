"""Runs beside the broker: stores what the fleet sees, and shows it."""

__version__ = "0.1.0"
