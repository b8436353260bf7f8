"""The budget, all that a user says about pruning: how small, how fast, or how much accuracy it may cost."""

from __future__ import annotations

from dataclasses import dataclass

from fer_models.errors import BudgetError, UsageError

RATIO, LATENCY, ACCURACY_LOSS = "ratio", "latency_ms", "accuracy_loss"
SENTENCES = {
    RATIO: "a compression ratio R of {value:g}",
    LATENCY: "{value:g} ms a face",
    ACCURACY_LOSS: "a loss of {value:g} points of accuracy",
}


@dataclass(frozen=True)
class Budget:
    """kind: RATIO (R over weights, above 1), LATENCY (ms of one face) or ACCURACY_LOSS (points on held-out images)."""

    kind: str
    value: float

    def __str__(self) -> str:
        return SENTENCES[self.kind].format(value=self.value)

    def unmet(self, reached: str) -> BudgetError:
        """The error to raise when the budget cannot be met; reached: how far pruning got."""
        return BudgetError(f"The budget, {self}, cannot be met: {reached}. Give a wider budget or a smaller network.")


def budget(ratio: float | None, latency_ms: float | None, accuracy_loss: float | None) -> Budget:
    """The budget that was given; raises UsageError unless there is exactly one, and it is possible."""
    given = {RATIO: ratio, LATENCY: latency_ms, ACCURACY_LOSS: accuracy_loss}
    named = [(kind, value) for kind, value in given.items() if value is not None]
    if len(named) != 1:
        raise UsageError("Give one budget: --ratio, --latency-ms or --accuracy-loss.")
    kind, value = named[0]
    least = 1.0 if kind == RATIO else 0.0
    if not value > least:
        raise UsageError(
            f"A budget of {SENTENCES[kind].format(value=value)} is not possible; give more than {least:g}."
        )
    return Budget(kind, value)
