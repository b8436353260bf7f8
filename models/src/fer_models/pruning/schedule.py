"""How many weights are pruned at what time: a cubic schedule (Zhu & Gupta 2017, arXiv:1710.01878)."""

from __future__ import annotations

STARTS, ENDS = 0.1, 0.75
"""Shares of the run. Before the start the network only learns; after the end, the rest of it settles."""


def sparsity_share(progress: float) -> float:
    """How much of the final sparsity is due at this share of the run: 1 − (1 − t)³ between start and end, 0–1."""
    time = min(max((progress - STARTS) / (ENDS - STARTS), 0.0), 1.0)
    return 1 - (1 - time) ** 3
