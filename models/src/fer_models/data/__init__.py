"""Training and test images: read, split and varied."""
