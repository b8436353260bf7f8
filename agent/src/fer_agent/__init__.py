"""Runs on the device: cameras, faces, emotions, and their way to the broker."""

__version__ = "0.1.0"
