"""Batches of messages, each stored in one transaction over several subjects."""
