"""One rollout in one pass of the runner: as it stands, and what the pass changes; all is written together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from fer_wire import Reported
from fer_wire.message import iso_utc
from fer_wire.presence import ONLINE

from fer_controller.rollout import audit, request
from fer_controller.rollout.desired import messages as desired
from fer_controller.rollout.devices.candidate import report
from fer_controller.rollout.evidence.measurement import Sums
from fer_controller.rollout.models import FilesBySha, Model
from fer_controller.rollout.transitions import ENDED, IN_FLIGHT, PASSED, ROLLOUT, TARGET, WAVE
from fer_controller.settings import RolloutSettings
from fer_controller.store.rollout_records import (
    Changes,
    DesiredRow,
    Failures,
    Heard,
    RolloutRow,
    TargetRow,
    WaveRow,
)


class Measurements(Sums, Protocol):
    """What a pass asks of the store besides the rollouts themselves."""

    def last_moves(self, devices: Iterable[str], states: Iterable[str]) -> dict[str, str]:
        """When an update in one of these states last changed each device's model."""


@dataclass(slots=True)
class Pass:
    """What the rollouts of one pass share: the time, the changes, and each device's desired state and failures."""

    now: datetime
    settings: RolloutSettings
    files: FilesBySha
    measurements: Measurements
    since: datetime
    """When this runner began to look."""
    desired: dict[str, DesiredRow] = field(default_factory=dict)
    failures: dict[str, Failures] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    _known_files: dict[str, tuple[Model, str] | None] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """The time as it is stored."""
        return iso_utc(self.now)

    def passed(self, at: str, looked_s: float) -> bool:
        """Whether a moment has passed, and the runner has looked for so long: it may have been away until just now."""
        return self.at >= max(at, iso_utc(self.since + timedelta(seconds=looked_s)))

    def later(self, seconds: float) -> str:
        """So many seconds on, as it is stored."""
        return iso_utc(self.now + timedelta(seconds=seconds))

    def by_sha256(self, sha256: str) -> tuple[Model, str] | None:
        """The registry's answer, asked once a pass."""
        if sha256 not in self._known_files:
            self._known_files[sha256] = self.files.by_sha256(sha256)
        return self._known_files[sha256]

    def desire(self, row: DesiredRow) -> None:
        """A device's new desired state."""
        self.desired[row.device] = self.changes.desired[row.device] = row

    def count(self, failures: Failures) -> None:
        """A device's new number of failures in a row."""
        self.failures[failures.device] = self.changes.failures[failures.device] = failures

    def quarantined(self, device: str) -> str:
        """Why the device is in quarantine; empty when it is not."""
        found = self.failures.get(device)
        return (found.reason or "it failed too often") if found and found.quarantined_at else ""


class Course:
    """Moves a rollout, its waves and its devices by their tables, and notes why."""

    def __init__(
        self,
        shared: Pass,
        rollout: RolloutRow,
        waves: Iterable[WaveRow],
        targets: Iterable[TargetRow],
        heard: Iterable[Heard],
    ) -> None:
        self.shared = shared
        self.rollout = rollout
        self.waves = {wave.number: wave for wave in waves}
        self.targets = {target.device: target for target in targets}
        self.request = request.loaded(rollout.request)
        self._heard = {each.device: each for each in heard}

    @property
    def ended(self) -> bool:
        """Whether only stragglers and orders move it."""
        return self.rollout.state in ENDED

    @property
    def wave(self) -> WaveRow | None:
        """The one that it is at: the first that has not passed; None when all have."""
        return next((wave for wave in self.waves.values() if wave.state != PASSED), None)

    def of_wave(self, number: int) -> list[TargetRow]:
        """The devices of a wave in the order in which they are told."""
        return [target for target in self.targets.values() if target.wave == number]

    def in_states(self, *states: str) -> list[TargetRow]:
        """The devices in one of these states."""
        return [target for target in self.targets.values() if target.state in states]

    def online(self, device: str) -> bool:
        """Whether the device is there, as far as is known."""
        heard = self._heard.get(device)
        return heard is not None and heard.state == ONLINE

    def report(self, device: str) -> Reported | None:
        """What the device said last."""
        heard = self._heard.get(device)
        return report(heard.reported) if heard else None

    def running_sha256(self, device: str) -> str:
        """Of the model that the device says it runs."""
        said = self.report(device)
        return said.running.sha256 if said and said.running else ""

    def owns(self, device: str) -> bool:
        """Whether no later rollout told the device anything."""
        last = self.shared.desired.get(device)
        return last is None or last.rollout == self.rollout.id

    def flying(self) -> int:
        """Devices that update now and are there; those that are away take no room."""
        return sum(self.online(target.device) for target in self.in_states(*IN_FLIGHT))

    def move(self, target: TargetRow, event: str, reason: str = "", **fields: Any) -> TargetRow:
        """A device's next state; raises TransitionError."""
        state = TARGET.after(target.state, event, f"{target.device} of rollout {self.rollout.id}")
        moved = replace(target, state=state, reason=reason, updated_at=self.shared.at, **fields)
        self.targets[target.device] = moved
        self.shared.changes.targets[self.rollout.id, target.device] = moved
        return moved

    def keep(self, target: TargetRow, **fields: Any) -> TargetRow:
        """A device in the same state, of which more is known."""
        kept = replace(target, **fields)
        self.targets[target.device] = self.shared.changes.targets[self.rollout.id, target.device] = kept
        return kept

    def move_wave(self, wave: WaveRow, event: str, reason: str = "", **fields: Any) -> WaveRow:
        """A wave's next state; raises TransitionError."""
        state = WAVE.after(wave.state, event, f"{wave.number} of rollout {self.rollout.id}")
        return self.keep_wave(wave, state=state, reason=reason, **fields)

    def keep_wave(self, wave: WaveRow, **fields: Any) -> WaveRow:
        """A wave of which more is known."""
        kept = replace(wave, **fields)
        self.waves[wave.number] = self.shared.changes.waves[self.rollout.id, wave.number] = kept
        return kept

    def move_rollout(self, event: str, reason: str = "") -> None:
        """The rollout's next state; raises TransitionError."""
        state = ROLLOUT.after(self.rollout.state, event, self.rollout.id)
        ended_at = self.shared.at if state in ENDED else ""
        moved = replace(self.rollout, state=state, reason=reason, updated_at=self.shared.at, ended_at=ended_at)
        self.rollout = self.shared.changes.rollouts[moved.id] = moved

    def note(
        self,
        action: str,
        sentence: str,
        *,
        wave: int = 0,
        device: str = "",
        actor: str = audit.RUNNER,
        numbers: Mapping[str, Any] | None = None,
    ) -> None:
        """One entry of the audit log."""
        self.shared.changes.audit.append(
            audit.entry(
                self.shared.at, self.rollout.id, action, sentence,
                wave=wave, device=device, actor=actor, numbers=numbers,
            )
        )  # fmt: skip

    def withdraw(self, device: str) -> None:
        """Take back what this rollout desires of the device, when nothing newer does."""
        last = self.shared.desired.get(device)
        if last is not None and last.rollout == self.rollout.id and last.payload:
            self.shared.desire(desired.withdrawal(self.rollout.id, device, last, self.shared.now))
