"""Devices and their labels."""
