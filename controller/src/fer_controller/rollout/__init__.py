"""Rollouts: which device gets which model in which wave, and whether the model does it good."""
