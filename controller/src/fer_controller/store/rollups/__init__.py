"""Events and telemetry by minute and hour, and what of them is kept how long."""
