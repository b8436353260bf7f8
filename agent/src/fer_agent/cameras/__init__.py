"""Sources of frames: one file a kind, listed by name here."""
