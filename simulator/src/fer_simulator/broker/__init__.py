"""How a device reaches its broker: through paho, or in this process."""
