"""From a request to a stored rollout: who gets what, in which wave."""
