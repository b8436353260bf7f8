"""The models that the fleet may run: proven, signed, kept by content."""
