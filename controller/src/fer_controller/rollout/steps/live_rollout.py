"""A rollout as it stands in a tick, and the one way to change it: a decision that moves, notes and explains."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fer_wire import Reported
from fer_wire.presence import ONLINE

from fer_controller.rollout import audit, request
from fer_controller.rollout.desired import messages
from fer_controller.rollout.devices.candidate import report
from fer_controller.rollout.steps.tick import Tick
from fer_controller.rollout.transitions import ENDED, IN_FLIGHT, PASSED, ROLLOUT, TARGET, WAVE, WAVE_ENDED, Table
from fer_controller.store.rollout_records import Heard, RolloutRow, TargetRow, WaveRow

Subject = TypeVar("Subject", RolloutRow, WaveRow, TargetRow)
TABLES: dict[type, Table] = {RolloutRow: ROLLOUT, WaveRow: WAVE, TargetRow: TARGET}


class LiveRollout:
    """A rollout with its waves and devices; each change is part of the tick's transaction."""

    def __init__(
        self,
        tick: Tick,
        row: RolloutRow,
        waves: Iterable[WaveRow],
        targets: Iterable[TargetRow],
        heard: Iterable[Heard],
    ) -> None:
        self.tick = tick
        self.row = row
        self.waves = {wave.number: wave for wave in waves}
        self.targets = {target.device: target for target in targets}
        self.request = request.loaded(row.request)
        self._heard = {each.device: each for each in heard}

    @property
    def ended(self) -> bool:
        """Whether only stragglers and orders still move it."""
        return self.row.state in ENDED

    @property
    def wave(self) -> WaveRow | None:
        """The wave that it is at: the first that has not passed; None when all have."""
        return next((wave for wave in self.waves.values() if wave.state != PASSED), None)

    def of_wave(self, number: int) -> list[TargetRow]:
        """The devices of a wave in the order in which they are told."""
        return [target for target in self.targets.values() if target.wave == number]

    def in_states(self, *states: str) -> list[TargetRow]:
        """The devices in one of these states."""
        return [target for target in self.targets.values() if target.state in states]

    def is_online(self, device: str) -> bool:
        """Whether the device is online, as far as is known."""
        heard = self._heard.get(device)
        return heard is not None and heard.state == ONLINE

    def report(self, device: str) -> Reported | None:
        """The device's last report."""
        heard = self._heard.get(device)
        return report(heard.reported) if heard else None

    def running_sha256(self, device: str) -> str:
        """The file that the device says it runs; empty when it says nothing."""
        said = self.report(device)
        return said.running.sha256 if said and said.running else ""

    def still_has(self, device: str) -> bool:
        """Whether no later rollout has told the device anything."""
        last = self.tick.desired.get(device)
        return last is None or last.rollout == self.row.id

    def updating_online(self) -> int:
        """How many devices update now and are online; those that are away take up no room."""
        return sum(self.is_online(target.device) for target in self.in_states(*IN_FLIGHT))

    def decide(
        self,
        subject: Subject,
        event: str,
        action: str,
        sentence: str,
        *,
        reason: str = "",
        wave: int = 0,
        actor: str = audit.RUNNER,
        numbers: Mapping[str, Any] | None = None,
        **known: Any,
    ) -> Subject:
        """Move the rollout, a wave or a device, note why, and return it as it stands then.

        event: of the subject's table; an unlisted one raises TransitionError, and nothing changes.
        action, sentence, numbers: the entry of the audit log. It names the subject's wave and device; wave names one
            where the subject is the rollout.
        reason: why the subject is in its new state, in short; it is kept with the subject.
        actor: who decided.
        known: fields of the subject that change too.
        """
        moved = self.move(subject, event, reason, **known)
        device = subject.device if isinstance(subject, TargetRow) else ""
        self.note(action, sentence, wave=wave or _wave_of(subject), device=device, actor=actor, numbers=numbers)
        return moved

    def move(self, subject: Subject, event: str, reason: str = "", **known: Any) -> Subject:
        """Move a subject that needs no entry of its own, as decide does; another entry or its state explains it."""
        state = TABLES[type(subject)].after(subject.state, event, self._name(subject))
        return self.update(subject, state=state, reason=reason, **self._dates(subject, state), **known)

    def update(self, subject: Subject, **known: Any) -> Subject:
        """Keep more of a subject that stays in its state."""
        changed, changes = replace(subject, **known), self.tick.changes
        if isinstance(changed, TargetRow):
            self.targets[changed.device] = changes.targets[self.row.id, changed.device] = changed
        elif isinstance(changed, WaveRow):
            self.waves[changed.number] = changes.waves[self.row.id, changed.number] = changed
        else:
            self.row = changes.rollouts[changed.id] = changed
        return changed

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
        """Add an entry to the audit log, where nothing moves."""
        self.tick.changes.audit.append(
            audit.entry(
                self.tick.at, self.row.id, action, sentence, wave=wave, device=device, actor=actor, numbers=numbers
            )
        )

    def withdraw(self, device: str) -> None:
        """Take back what this rollout desires of the device, unless a later one desires something."""
        last = self.tick.desired.get(device)
        if last is not None and last.rollout == self.row.id and last.payload:
            self.tick.set_desired(messages.withdrawal(self.row.id, device, last, self.tick.now))

    def _name(self, subject: RolloutRow | WaveRow | TargetRow) -> str:
        if isinstance(subject, RolloutRow):
            return subject.id
        return f"{subject.device if isinstance(subject, TargetRow) else subject.number} of rollout {self.row.id}"

    def _dates(self, subject: RolloutRow | WaveRow | TargetRow, state: str) -> dict[str, str]:
        at = self.tick.at
        if isinstance(subject, TargetRow):
            return {"updated_at": at}
        if isinstance(subject, WaveRow):
            return {"ended_at": at if state in WAVE_ENDED else ""}
        return {"updated_at": at, "ended_at": at if state in ENDED else ""}


def _wave_of(subject: RolloutRow | WaveRow | TargetRow) -> int:
    if isinstance(subject, RolloutRow):
        return 0
    return subject.wave if isinstance(subject, TargetRow) else subject.number
