"""The demonstration: broker, controller and one agent, with a live table."""
