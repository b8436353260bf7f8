"""The models that devices may fetch."""
