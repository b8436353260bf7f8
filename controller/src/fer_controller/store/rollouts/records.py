"""Rollouts as they are stored; times are ISO 8601 in UTC, empty while there is none."""

from dataclasses import dataclass, field
from typing import NamedTuple

from fer_wire.contracts import CLASSIFIER

from fer_controller.store.audit.records import AuditRow

NO_ROLLOUT = ""
"""Stands with the empty desired state of a device that is forgotten."""


class SentOrder(NamedTuple):
    """A desired state as it was published: by which key it was signed, and until when; empty if it was not."""

    device: str
    sequence: int
    signed_by: str = ""
    signed_until: str = ""


@dataclass(frozen=True, slots=True)
class RolloutRow:
    """A rollout as a whole."""

    id: str
    created_at: str
    created_by: str
    model: str
    manifest_url: str
    request: str
    state: str
    reason: str = ""
    updated_at: str = ""
    ended_at: str = ""
    task: str = CLASSIFIER
    """What the model is for: which of a device's models it replaces."""
    digest: str = ""
    """SHA-256 of the plan, which whoever approves it names."""
    approvals_needed: int = 0
    """By how many others than who asked for it."""
    approvals: str = "[]"
    """Those given, as JSON: by whom and when."""
    wakes_at: str = ""
    """Until when there is nothing to do for it while it is scheduled."""


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One wave of a rollout; number 1 is the canary, verdicts are the gates' last judgement as JSON."""

    rollout: str
    number: int
    state: str
    reason: str = ""
    started_at: str = ""
    deadline_at: str = ""
    soaking_at: str = ""
    soak_until: str = ""
    judged_at: str = ""
    verdicts: str = "[]"
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A device in a rollout: what it is to run, how far it is, what it ran and measured before."""

    rollout: str
    device: str
    wave: int
    position: int
    state: str
    artifacts: str
    why: str = ""
    attempt: int = 0
    failures: int = 0
    previous_model: str = ""
    previous_sha256: str = ""
    baseline: str = ""
    reason: str = ""
    retry_at: str = ""
    updated_at: str = ""
    settings: str = ""
    """All settings from afar that it is told to have, as JSON; empty where the rollout leaves them as they are."""
    previous_settings: str = ""


@dataclass(frozen=True, slots=True)
class DesiredRow:
    """The newest desired state of a device; an empty payload withdraws it."""

    device: str
    rollout: str
    attempt: int
    sha256: str
    sequence: int
    payload: str
    written_at: str
    published: bool = False
    task: str = CLASSIFIER


@dataclass(frozen=True, slots=True)
class Order:
    """An operator's order to a rollout; done_at is empty until the runner has handled it."""

    id: int
    rollout: str
    action: str
    actor: str
    given_at: str
    done_at: str = ""
    outcome: str = ""
    digest: str = ""
    """Of the plan that is approved; empty in any other order."""
    reason: str = ""
    """Why, as the operator wrote it; empty where none is asked for."""


@dataclass(frozen=True, slots=True)
class Failures:
    """A device's failures in a row, over all rollouts; quarantined_at is empty unless it is in quarantine."""

    device: str
    failures: int
    quarantined_at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the runner needs of a device: its presence, and its last report as JSON."""

    device: str
    state: str
    reported: str


@dataclass(slots=True)
class Changes:
    """What is stored in one transaction, or not at all."""

    rollouts: dict[str, RolloutRow] = field(default_factory=dict)
    waves: dict[tuple[str, int], WaveRow] = field(default_factory=dict)
    targets: dict[tuple[str, str], TargetRow] = field(default_factory=dict)
    desired: dict[str, DesiredRow] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    failures: dict[str, Failures] = field(default_factory=dict)
    audit: list[AuditRow] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to store."""
        return any(getattr(self, name) for name in self.__slots__)
