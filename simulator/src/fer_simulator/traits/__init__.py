"""What devices are by birth, by fault, and by the model that they run."""
