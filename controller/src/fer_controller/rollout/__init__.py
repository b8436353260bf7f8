"""Rollouts: who is to run what, in which wave, and whether it did them good."""
