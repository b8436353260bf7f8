"""One simulated device: what it says, does, sees and keeps."""
