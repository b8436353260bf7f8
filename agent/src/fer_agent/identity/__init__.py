"""The device's certificate: which one is used, what it says, and how it is renewed."""
