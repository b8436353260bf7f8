"""The models that the fleet may run: verified, signed, stored by content."""
