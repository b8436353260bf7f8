"""Rollouts, the desired states that they write, orders, and the audit log."""
