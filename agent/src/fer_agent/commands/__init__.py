"""Commands to this device: proven, noted, carried out once, and replied to."""
