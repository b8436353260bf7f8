"""Alerts, silences, and what was sent to whom."""
