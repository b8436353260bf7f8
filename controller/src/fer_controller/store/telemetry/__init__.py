"""What devices say of their own health."""
