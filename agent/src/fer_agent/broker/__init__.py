"""The connection to the MQTT broker, and what the device says and hears on it."""
