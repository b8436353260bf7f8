"""One tick of the runner: what all rollouts share in it, and everything that it will store in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.registry.catalogue import Shelf
from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout.evidence.hours import EarlierDays
from fer_controller.settings import RolloutSettings
from fer_controller.store.rollouts.records import Changes, DesiredRow, Failures
from fer_controller.store.rollouts.store import RolloutStore

LOOKS = 4
"""Waves that a tick measures; the thread that stores what devices send has to get its turn in between."""
REPORTS_WITHIN_S = 30.0
"""After a start of the controller, what devices reported in the meantime arrives within this time."""


@dataclass(slots=True)
class Tick:
    """The time, what can be asked, what is known of each device, and the changes so far."""

    now: datetime
    settings: RolloutSettings
    models: Shelf
    store: RolloutStore
    earlier: EarlierDays
    """What is known of the same hours of earlier days."""
    running_since: datetime
    """When this runner made its first tick."""
    failures: dict[str, Failures] = field(default_factory=dict)
    """By device: failures in a row, over all rollouts."""
    revoked: frozenset[str] = frozenset()
    """Devices that were taken out of the fleet."""
    changes: Changes = field(default_factory=Changes)
    looks_left: int = LOOKS
    """How many more waves it measures, before they begin or to judge them."""
    at: str = field(init=False)
    """The time as it is stored."""
    _known_files: dict[str, tuple[RegisteredModel, str] | None] = field(default_factory=dict)
    _desired: dict[str, dict[str, DesiredRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = iso_utc(self.now)

    def takes_a_look(self) -> bool:
        """Whether it may measure one more wave; if not, the next tick will."""
        self.looks_left -= 1
        return self.looks_left >= 0

    def later(self, seconds: float) -> str:
        """The time in so many seconds, as it is stored."""
        return iso_utc(self.now + timedelta(seconds=seconds))

    def after(self, moment: str, seconds: float) -> str:
        """So many seconds after a moment, as it is stored."""
        return iso_utc(datetime.fromisoformat(moment) + timedelta(seconds=seconds))

    def since(self, moment: str) -> float:
        """The seconds that have passed since a moment."""
        return max(0.0, (self.now - datetime.fromisoformat(moment)).total_seconds())

    def is_past(self, moment: str, watched_s: float) -> bool:
        """Whether a moment has passed and the runner has watched for so long, for it may have been away until now."""
        return self.at >= max(moment, iso_utc(self.running_since + timedelta(seconds=watched_s)))

    def is_overdue(self, deadline: str, allowed_s: float) -> bool:
        """Whether devices that were given so long have missed the deadline, though their reports could arrive."""
        return self.is_past(deadline, min(allowed_s, REPORTS_WITHIN_S))

    def by_sha256(self, sha256: str) -> tuple[RegisteredModel, str] | None:
        """The registry's answer, looked up once a tick."""
        if sha256 not in self._known_files:
            self._known_files[sha256] = self.models.by_sha256(sha256)
        return self._known_files[sha256]

    def last_desired(self, rollout: str, device: str) -> DesiredRow | None:
        """The newest desired state of a device of a rollout, whichever rollout wrote it; most ticks need none."""
        if device in self.changes.desired:
            return self.changes.desired[device]
        if rollout not in self._desired:
            self._desired[rollout] = {each.device: each for each in self.store.desired.of_rollout(rollout)}
        return self._desired[rollout].get(device)

    def set_desired(self, row: DesiredRow) -> None:
        """Give a device a new desired state."""
        self.changes.desired[row.device] = row

    def set_failures(self, failures: Failures) -> None:
        """Give a device a new number of failures in a row."""
        self.failures[failures.device] = self.changes.failures[failures.device] = failures

    def quarantine_reason(self, device: str) -> str:
        """Why the device is in quarantine; empty when it is not."""
        found = self.failures.get(device)
        return (found.reason or "it failed too often") if found and found.quarantined_at else ""
