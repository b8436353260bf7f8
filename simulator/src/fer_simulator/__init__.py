"""Many devices in one process that speak the protocol as agents do; what they see and measure is modelled."""

__version__ = "0.1.0"
