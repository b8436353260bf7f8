"""The connection to the MQTT broker, and a broker of our own for where there is none."""
