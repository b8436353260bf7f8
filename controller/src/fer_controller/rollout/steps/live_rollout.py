"""A rollout as it stands in a tick: what steps read of it, and how their decisions are carried out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from fer_wire import Reported
from fer_wire.presence import ONLINE
from fer_wire.reported import RunningModel

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.desired.holdings import Holding, brought
from fer_controller.rollout.devices.candidate import report
from fer_controller.rollout.planning import request
from fer_controller.rollout.steps.decision import Decision, Subject
from fer_controller.rollout.steps.tick import Tick
from fer_controller.rollout.transitions import (
    ENDED,
    IN_FLIGHT,
    NOT_BEGUN,
    PASSED,
    ROLLOUT,
    TARGET,
    WAVE,
    WAVE_ENDED,
    Table,
)
from fer_controller.store.rollouts.records import DesiredRow, Heard, RolloutRow, TargetRow, WaveRow

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
        """Its rows as they are stored; heard: what the store knows of its devices' presence and reports."""
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
    def has_begun(self) -> bool:
        """Whether it has been taken up, and has not ended."""
        return not self.ended and self.row.state not in NOT_BEGUN

    @cached_property
    def opens_at(self) -> datetime:
        """The first moment, now or later, at which it may tell a device."""
        return self.request.opens_at(self.tick.now)

    @property
    def is_open(self) -> bool:
        """Whether it may tell a device now."""
        return self.opens_at <= self.tick.now

    @property
    def opening(self) -> str:
        """When it may tell a device again, in words."""
        return self.request.spelled(self.opens_at, self.tick.now)

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
        return report(device, heard.reported) if heard else None

    def serving(self, device: str) -> RunningModel | None:
        """The model of the rollout's task that the device says it runs; None when it says nothing."""
        said = self.report(device)
        return said.serving(self.row.task) if said else None

    def holds(self, device: str, holding: Holding | None) -> bool:
        """Whether the device says that it has this; what is not known nobody has."""
        return holding is not None and holding.is_held(self.report(device), self.row.task)

    def updating_online(self) -> int:
        """How many devices update now and are online; those that are away take up no room."""
        return sum(self.is_online(target.device) for target in self.in_states(*IN_FLIGHT))

    def last_desired(self, device: str) -> DesiredRow | None:
        """The device's newest desired state, whichever rollout wrote it."""
        return self.tick.last_desired(self.row.id, device)

    def still_has(self, device: str) -> bool:
        """Whether no later rollout has told the device what to have of the same kind.

        Behind one of another task only the device knows: it has to have still what this rollout brought.
        """
        last = self.last_desired(device)
        if last is None or last.rollout == self.row.id:
            return True
        return last.task != self.row.task and self.holds(device, brought(self.targets[device]))

    def withdrawal(self, device: str) -> DesiredRow | None:
        """Takes back what this rollout desires of the device; None where it desires nothing, or a later one has it."""
        last = self.last_desired(device)
        if last is None or last.rollout != self.row.id or not last.payload:
            return None
        return messages.withdrawal(self.row.id, device, last, self.tick.now)

    def carry_out(self, decisions: Iterable[Decision]) -> None:
        """Move, keep, tell and note what is decided, one decision after another.

        Raises TransitionError for an event that the subject's state does not list.
        """
        for decision in decisions:
            self._keep(decision)
            if decision.desired is not None:
                self.tick.set_desired(decision.desired)
            if decision.failures is not None:
                self.tick.set_failures(decision.failures)
            if decision.action:
                self._note(decision)

    def _keep(self, decision: Decision) -> None:
        subject, fields = self._current(decision.subject), dict(decision.fields)
        if decision.event:
            state = TABLES[type(subject)].after(subject.state, decision.event, self._name(subject))
            fields.update(self._dates(subject, state), state=state, reason=decision.reason)
        if not fields:
            return
        changed, changes = replace(subject, **fields), self.tick.changes
        if isinstance(changed, TargetRow):
            self.targets[changed.device] = changes.targets[self.row.id, changed.device] = changed
        elif isinstance(changed, WaveRow):
            self.waves[changed.number] = changes.waves[self.row.id, changed.number] = changed
        else:
            self.row = changes.rollouts[changed.id] = changed

    def _note(self, decision: Decision) -> None:
        subject, wave = decision.subject, decision.wave
        self.tick.changes.audit.append(
            audit.entry(
                self.tick.at, self.row.id, decision.action, decision.sentence,
                wave=_wave_of(subject) if wave is None else wave,
                device=subject.device if isinstance(subject, TargetRow) else "",
                actor=decision.actor, numbers=decision.numbers,
            )
        )  # fmt: skip

    def _current(self, subject: Subject) -> Subject:
        """The subject as it stands now."""
        if isinstance(subject, TargetRow):
            return self.targets[subject.device]
        return self.waves[subject.number] if isinstance(subject, WaveRow) else self.row

    def _name(self, subject: Subject) -> str:
        if isinstance(subject, RolloutRow):
            return subject.id
        return f"{subject.device if isinstance(subject, TargetRow) else subject.number} of rollout {self.row.id}"

    def _dates(self, subject: Subject, state: str) -> dict[str, Any]:
        at = self.tick.at
        if isinstance(subject, TargetRow):
            return {"updated_at": at}
        if isinstance(subject, WaveRow):
            return {"ended_at": at if state in WAVE_ENDED else ""}
        return {"updated_at": at, "ended_at": at if state in ENDED else ""}


def _wave_of(subject: Subject) -> int:
    if isinstance(subject, RolloutRow):
        return 0
    return subject.wave if isinstance(subject, TargetRow) else subject.number
