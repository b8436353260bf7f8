"""What one tick of the runner does for a rollout, step by step."""
