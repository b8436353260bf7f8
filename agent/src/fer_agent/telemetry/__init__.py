"""What the device measures of itself: one file a collector."""
