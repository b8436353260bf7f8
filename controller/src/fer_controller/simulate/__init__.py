"""Many devices in one process that speak the protocol as agents do; what they see and measure is modelled."""
