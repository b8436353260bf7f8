"""What the device says of itself: its capabilities and model, its telemetry, and its sensors in Home Assistant."""
