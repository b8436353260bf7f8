"""What serves when the agent starts, whatever it was doing when it died."""

import logging
from dataclasses import dataclass
from typing import Callable, Optional

from fer_wire.device.record import Record
from fer_wire.device.restart import resumed
from fer_wire.device.transitions import DISTURBED
from fer_wire.reported import PROBATION

from fer_agent.errors import ModelError
from fer_agent.settings import EmotionSettings
from fer_agent.update.record import RecordFile
from fer_agent.update.slots import Slots
from fer_agent.update.trial import Load, Servant, loaded

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Booted:
    """What serves, and how the update stands."""

    servant: Servant
    record: Record


class Boot:
    """Finds the model to serve: on trial, current, the one before, or that of the settings."""

    def __init__(self, slots: Slots, file: RecordFile, configured: str, load: Load, factory: Callable[[], Servant]):
        """Factory loads the model of the settings, or the packaged one; it raises ModelError."""
        self._slots, self._file, self._configured = slots, file, configured
        self._load, self._factory = load, factory

    def start(self, max_crashes: int) -> Booted:
        """Count a death, then load; raises ModelError when no model can serve, StateError when nothing can be saved."""
        left = self._file.load()
        record = resumed(left, self._slots.occupied, max_crashes)
        if record.unfinished and record.crashes > left.crashes:
            death = record.reference, record.state, record.crashes, max_crashes
            log.warning("The agent died while %s was %s (%d of %d).", *death)
        if record != left:
            self._file.save(record)
        if record.state == PROBATION:
            try:
                return Booted(loaded(self._slots.occupied.trial or "", self._slots, self._load), record)
            except ModelError as error:
                record = record.moved(DISTURBED, f"The new model no longer loads: {error}")
                self._file.save(record)
        self._slots.end_trial()
        return Booted(self.steady(), record)

    def steady(self) -> Servant:
        """The model that serves when none is on trial; raises ModelError when there is none."""
        self._heed_the_settings()
        for sha256 in (self._slots.occupied.current, self._slots.occupied.previous):
            if self._slots.occupied.current and sha256:
                found = self._try(sha256)
                if found:
                    return found
        return self._factory_or_its_copy()

    def _heed_the_settings(self) -> None:
        """A model named in the settings after the last rollout is what the operator wants."""
        now = self._slots.occupied
        if now.current and now.configured != self._configured:
            log.info(
                "emotion.model has changed since %s was rolled out; the model of the settings serves.",
                self._slots.reference(now.current),
            )
            self._slots.let_go_of_current()

    def _factory_or_its_copy(self) -> Servant:
        now = self._slots.occupied
        try:
            return self._factory()
        except ModelError as error:
            kept = (now.factory, now.previous)
            found: Optional[Servant] = None
            if not self._configured:
                found = next((servant for servant in map(self._try, filter(None, kept)) if servant), None)
            if found is None:
                raise
            log.error("%s %s serves instead; it was kept.", error, found.reference)
            return found

    def _try(self, sha256: str) -> Optional[Servant]:
        try:
            return loaded(sha256, self._slots, self._load)
        except ModelError as error:
            log.error("The model kept as %s does not serve: %s", sha256[:12], error)
            return None


def configured_model(emotion: EmotionSettings) -> str:
    """emotion.model as it is remembered and compared; empty when the packaged model is meant."""
    return str(emotion.model.resolve()) if emotion.model else ""
