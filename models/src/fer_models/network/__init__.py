"""The network: Xception, its shape, and how much smaller pruning made it."""
