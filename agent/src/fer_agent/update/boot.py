"""What serves when the agent starts, whatever it was doing when it died."""

import logging
from dataclasses import dataclass
from typing import Dict, Mapping, Optional

from fer_wire.contracts import SETTINGS
from fer_wire.device.record import Record
from fer_wire.device.restart import resumed
from fer_wire.device.slots import Occupied
from fer_wire.device.transitions import DISTURBED
from fer_wire.reported import PROBATION

from fer_agent.errors import ModelError
from fer_agent.update.member import Member
from fer_agent.update.record import RecordFile
from fer_agent.update.serving import Serving
from fer_agent.update.trial import Servant
from fer_agent.update.tuner import TunedFile

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Booted:
    """What serves, by task, and how the update stands."""

    serving: Dict[str, Serving]
    """Without the optional members, if no model serves for one of them."""
    record: Record


class Boot:
    """Finds the model to serve for each member: on trial, current, the one before, or that of the settings."""

    def __init__(self, members: Mapping[str, Member], file: RecordFile, tuned: TunedFile) -> None:
        self._members, self._file, self._tuned = members, file, tuned

    def start(self, max_crashes: int) -> Booted:
        """Count a death, then load; raises ModelError when no model can serve, StateError when nothing can be saved."""
        record = self._counted(max_crashes)
        on_trial: Optional[Servant] = None
        if record.state == PROBATION and record.task != SETTINGS:
            member = self._members[record.task]
            try:
                on_trial = member.loaded(member.slots.occupied.trial or "")
            except ModelError as error:
                record = record.moved(DISTURBED, f"The new model no longer loads: {error}")
                self._file.save(record)
        serving: Dict[str, Serving] = {}
        for task, member in self._members.items():
            servant = on_trial if on_trial and task == record.task else self._steady(member)
            if servant:
                serving[task] = Serving(member, servant)
        whole = len(serving) == len(self._members)
        return Booted({task: each for task, each in serving.items() if whole or not each.member.optional}, record)

    def _counted(self, max_crashes: int) -> Record:
        left = self._file.load()
        record = resumed(left, self._occupied(left.task), max_crashes)
        if record.unfinished and record.crashes > left.crashes:
            death = record.reference, record.state, record.crashes, max_crashes
            log.warning("The agent died while %s was %s (%d of %d).", *death)
        if record != left:
            self._file.save(record)
        return record

    def _occupied(self, task: str) -> Occupied:
        if task == SETTINGS:
            return self._tuned.load().occupied
        member = self._members.get(task)
        return member.slots.occupied if member else Occupied()

    @staticmethod
    def _steady(member: Member) -> Optional[Servant]:
        member.slots.end_trial()
        try:
            return member.steady()
        except ModelError as error:
            if not member.optional:
                raise
            log.error("No %s serves. %s", member.task, error)
            return None
