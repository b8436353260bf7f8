"""The fleet's own certificate authority: its keys, what it issues, and what is revoked."""
