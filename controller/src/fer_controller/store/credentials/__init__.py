"""The tokens of devices and of operators."""
