"""A decision: what becomes of a rollout, a wave or a device, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fer_controller.rollout import audit
from fer_controller.store.rollouts.records import DesiredRow, Failures, RolloutRow, TargetRow, WaveRow

Subject = RolloutRow | WaveRow | TargetRow


@dataclass(frozen=True, slots=True)
class Decision:
    """One change, with its entry in the audit log.

    A step yields its decisions; each is carried out before the step goes on, so that it always reads the rollout as it
    stands.
    """

    subject: Subject
    event: str = ""
    """Of the subject's table; empty where it stays in its state."""
    action: str = ""
    """The audit log's word for it; empty where the entry of another decision explains this one too."""
    sentence: str = ""
    """What the audit log says."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The numbers that it was based on."""
    reason: str = ""
    """Why the subject is in its new state, in short; it is kept with the subject."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else changes of the subject, by the name of its field."""
    desired: DesiredRow | None = None
    """What the device is told to run."""
    failures: Failures | None = None
    """The device's failures in a row from now on."""
    actor: str = audit.RUNNER
    """Who decided."""
    wave: int | None = None
    """The wave that the entry names; None for the subject's own."""
