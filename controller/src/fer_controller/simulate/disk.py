"""What a simulated device keeps over a crash: its spool, its models, and how far its update is."""

from dataclasses import dataclass, field

from fer_wire import Desired
from fer_wire.reported import IDLE

from fer_controller.simulate.files import Part
from fer_controller.simulate.spool import Spool


@dataclass(frozen=True)
class Model:
    """A model that a device has: NAME@VERSION/PRECISION and the hash of its file."""

    model: str
    sha256: str


@dataclass
class Slots:
    """What serves, what it can return to, and what is on probation."""

    current: Model
    previous: Model | None = None
    trial: Model | None = None

    @property
    def serving(self) -> Model:
        """The one that reads faces now."""
        return self.trial or self.current

    def commit(self) -> None:
        """The trial is the current one now."""
        if self.trial and self.trial.sha256 != self.current.sha256:
            self.current, self.previous = self.trial, self.current
        self.trial = None

    def holds(self, sha256: str) -> bool:
        """Whether the file is here and needs no download."""
        return sha256 in [each.sha256 for each in (self.current, self.previous, self.trial) if each]


@dataclass
class Disk:
    """Changed in place, and never lost by a crash."""

    slots: Slots
    spool: Spool = field(default_factory=Spool)
    order: Desired | None = None
    state: str = IDLE
    reason: str = ""
    crashes: int = 0
    last_sequence: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    size_bytes: int = 0
    fetched_bytes: int = 0
    measured_ms: dict[str, float] = field(default_factory=dict)
    finished: list[tuple[str, int, str, str]] = field(default_factory=list)
    """(rollout, attempt, model, state) of each update that ended, oldest first."""

    @property
    def downloaded_bytes(self) -> int:
        """Of the update's files, so far."""
        return sum(part.received_bytes for part in self.parts.values()) or self.fetched_bytes
