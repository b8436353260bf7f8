"""Commands to devices, how each stands, and what was replied."""
