"""What each device should run: written down, then published."""
