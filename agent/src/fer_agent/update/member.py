"""One member of the set of models that a device runs: the slots of its task, and which model serves from them."""

import logging
import threading
from typing import Callable, Optional, Sequence

from fer_wire import Artifact

from fer_agent.errors import ModelError
from fer_agent.inference.choice import named
from fer_agent.inference.model import SETTINGS
from fer_agent.settings import Settings
from fer_agent.update.slots import Slots
from fer_agent.update.task_slots import TaskSlots
from fer_agent.update.trial import Choice, Load, Servant, choose, loaded

log = logging.getLogger(__name__)


class Member:
    """What the device needs to know of one task."""

    def __init__(
        self,
        task: str,
        slots: Slots,
        configured: str,
        load: Load,
        factory: Callable[[], Servant],
        *,
        optional: bool = False,
    ) -> None:
        """Factory loads the model of the settings, or the packaged one; it raises ModelError.

        Configured is the model of the settings as it is remembered and compared; without an optional member the
        device starts all the same.
        """
        self.task, self.optional = task, optional
        self.slots = TaskSlots(slots, task)
        self._files, self._configured = slots, configured
        self._load, self._factory = load, factory

    def loaded(self, sha256: str) -> Servant:
        """A model on disk; raises ModelError."""
        return loaded(sha256, self._files, self._load)

    def choose(self, artifacts: Sequence[Artifact], cancel: threading.Event) -> Choice:
        """The fastest of several on disk; raises RejectedError when none passes, and CanceledError."""
        return choose(artifacts, self._files, self._load, cancel)

    def commit(self, sha256: str) -> None:
        """A model is the current one from now on."""
        self.slots.commit(sha256, self._configured)

    def keep_factory(self, servant: Servant) -> None:
        """Copy the settings' or packaged model, if it is the one that serves."""
        if servant.model.folder != self._files.folder:
            self.slots.adopt(servant.model, servant.variant)

    @property
    def previous(self) -> str:
        """NAME@VERSION/PRECISION that the device can return to by itself; empty when there is none."""
        return self._files.reference(self.slots.occupied.returns_to)

    def steady(self) -> Servant:
        """The model that serves when none is on trial; raises ModelError when there is none."""
        self._heed_the_settings()
        now = self.slots.occupied
        for sha256 in (now.current, now.previous):
            found = self._try(sha256) if now.current and sha256 else None
            if found:
                return found
        return self._factory_or_its_copy()

    def _heed_the_settings(self) -> None:
        """A model named in the settings after the last rollout is what the operator wants."""
        now = self.slots.occupied
        if now.current and now.configured != self._configured:
            log.info(
                "%s has changed since %s was rolled out; the model of the settings serves.",
                SETTINGS[self.task],
                self._files.reference(now.current),
            )
            self.slots.let_go_of_current()

    def _factory_or_its_copy(self) -> Servant:
        now = self.slots.occupied
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
            return self.loaded(sha256)
        except ModelError as error:
            log.error("The model kept as %s does not serve: %s", sha256[:12], error)
            return None


def configured(task: str, settings: Settings) -> str:
    """The model of the settings as it is remembered and compared; empty when the packaged model is meant."""
    path = named(task, settings)
    return str(path.resolve()) if path else ""
