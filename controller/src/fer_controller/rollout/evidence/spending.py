"""How much error a look may spend: what a rollout may do wrong in all is shared by its gates, waves and looks."""

ERROR = 0.01
"""A rollout of a model that changes nothing turns back in at most so many of all cases."""
GROWTH = 2
"""A look counts, and spends, when there is so many times the evidence of the last one that counted."""


def share(gates: int, waves: int) -> float:
    """What one gate may spend over all looks at one wave."""
    return ERROR / max(1, gates * waves)


def level(of_gate: float, look: int) -> float:
    """What its first, second, third look may spend: a half, a sixth, a twelfth, in all not more than its share."""
    return of_gate / (look * (look + 1))


def is_due(evidence: int, last_evidence: int) -> bool:
    """Whether there is enough news for another look that counts."""
    return evidence >= max(1, GROWTH * last_evidence)
