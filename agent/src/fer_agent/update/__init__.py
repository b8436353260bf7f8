"""The device's side of a rollout: from a desired state to a model that serves, or back to the one before."""
