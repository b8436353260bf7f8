"""The connection to the MQTT broker, and a small built-in broker."""
