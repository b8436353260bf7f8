"""Devices that were revoked leave every rollout, and are told nothing more."""

from collections.abc import Iterator

from fer_controller.rollout import audit
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import EXPEL, HELD

REVOKED = "it was revoked"


def expel(rollout: LiveRollout) -> Iterator[Decision]:
    """End what the rollout wants of them."""
    for target in rollout.in_states(*HELD):
        if target.device in rollout.tick.revoked:
            sentence = f"{target.device}, which was {target.state}, leaves the rollout: {REVOKED}."
            withdrawn = rollout.withdrawal(target.device)
            yield Decision(target, EXPEL, audit.SKIPPED, sentence, reason=REVOKED, desired=withdrawn)
