"""The certificates that the fleet's authority issued, and which of them are revoked."""
