"""Where events, devices and telemetry are kept."""
