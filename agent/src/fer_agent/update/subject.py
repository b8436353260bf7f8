"""What an update changes on the device: a model, its settings, or both at once."""

import threading
from typing import Callable, Dict, Mapping, NamedTuple, Optional

from fer_wire import Desired
from fer_wire.contracts import SETTINGS
from fer_wire.device.tuned import Told
from fer_wire.tuning import digest
from typing_extensions import Protocol

from fer_agent.errors import RejectedError
from fer_agent.update.fetch import Fetcher, Progress
from fer_agent.update.serving import Serving
from fer_agent.update.trial import Servant
from fer_agent.update.tuner import Tuner

TAKES_NO = (
    "This device takes no {task}, but {tasks}. Where faces.finder is zoo, a device takes finders and landmarkers, too."
)
CHANGED_ON_ITS_WAY = "The settings are not those that the order names by their digest."


class Chosen(NamedTuple):
    """What goes on trial."""

    sha256: str
    measured_ms: Dict[str, float]


class Subject(Protocol):
    """Its steps come in this order; each may be the first one after a death."""

    def holds_already(self, sha256: str) -> bool:
        """Whether what is ordered, or was chosen, holds without a trial."""

    def keep_as_it_is(self) -> None:
        """What holds is what was ordered."""

    def check(self) -> None:
        """Raises RejectedError when the device cannot take it at all."""

    def fetch(self, cancel: threading.Event, progress: Progress) -> None:
        """Have everything here; raises UpdateError."""

    def choose(self, cancel: threading.Event) -> Chosen:
        """Try it out beside what serves; raises RejectedError and CanceledError."""

    def stage(self, sha256: str) -> None:
        """Note on the disk what goes on trial."""

    def begin_trial(self) -> None:
        """Work by it."""

    @property
    def fault(self) -> Optional[str]:
        """The first fault of what is on trial."""

    def commit(self, sha256: str) -> None:
        """Note on the disk that it stands."""

    def keep(self) -> None:
        """The trial is over."""

    def step_back(self) -> None:
        """Work by what was before; raises ModelError when that cannot be loaded."""

    def end_trial(self) -> None:
        """Note on the disk that what was before stands."""


class ModelSubject:
    """A model of one task."""

    def __init__(self, serving: Serving, fetcher: Fetcher, order: Desired) -> None:
        self._serving, self._fetcher, self._order = serving, fetcher, order
        self._candidate: Optional[Servant] = None

    def holds_already(self, sha256: str) -> bool:
        return sha256 == self._serving.servant.sha256

    def keep_as_it_is(self) -> None:
        self._serving.commit_as_it_is()

    def check(self) -> None:
        self._fetcher.check()

    def fetch(self, cancel: threading.Event, progress: Progress) -> None:
        """A model that serves already, and comes for the sake of settings, is copied before it is looked for."""
        if self.holds_already(self._order.sha256):
            self.keep_as_it_is()
        self._fetcher.fetch(self._order, cancel, progress)

    def choose(self, cancel: threading.Event) -> Chosen:
        choice = self._serving.member.choose(self._order.artifacts, cancel)
        self._candidate = choice.servant
        return Chosen(choice.servant.sha256, choice.measured_ms)

    def stage(self, sha256: str) -> None:
        member = self._serving.member
        if self._candidate is None or self._candidate.sha256 != sha256:
            self._candidate = member.loaded(sha256)
        member.keep_factory(self._serving.servant)
        member.slots.try_out(sha256)

    def begin_trial(self) -> None:
        """After a death the model on trial serves already."""
        if not self._serving.watched:
            self._serving.try_out(self._candidate or self._serving.servant)
            self._candidate = None

    @property
    def fault(self) -> Optional[str]:
        return self._serving.watched.fault if self._serving.watched else None

    def commit(self, sha256: str) -> None:
        self._serving.member.commit(sha256)

    def keep(self) -> None:
        self._serving.keep()

    def step_back(self) -> None:
        self._serving.step_back()

    def end_trial(self) -> None:
        self._serving.member.slots.end_trial()


class SettingsSubject:
    """All settings from afar; they hold from the next frame on."""

    fault: Optional[str] = None
    """The pace of the cameras alone tells whether they do harm."""

    def __init__(self, tuner: Tuner, order: Desired, prove: Callable[[], None]) -> None:
        """Prove raises RejectedError where this device cannot prove what it is told."""
        self._tuner, self._order, self._prove = tuner, order, prove
        self._values = order.settings or {}

    def holds_already(self, sha256: str) -> bool:  # noqa: ARG002  # that of a model, where one comes with them
        return self._tuner.occupied.trial is None and self._tuner.values == self._values

    def keep_as_it_is(self) -> None:
        pass

    def check(self) -> None:
        self._prove()
        if self._order.task == SETTINGS and digest(self._values) != self._order.sha256:
            raise RejectedError(CHANGED_ON_ITS_WAY)
        self._tuner.check(self._values)

    def fetch(self, cancel: threading.Event, progress: Progress) -> None:  # noqa: ARG002  # they came with the order
        progress(self._order.size_bytes)

    def choose(self, cancel: threading.Event) -> Chosen:  # noqa: ARG002  # there is one choice
        self._tuner.check(self._values)
        return Chosen(self._order.sha256, {})

    def stage(self, sha256: str) -> None:  # noqa: ARG002
        self._tuner.stage(Told(values=self._values, rollout=self._order.rollout))

    def begin_trial(self) -> None:
        self._tuner.retune()

    def commit(self, sha256: str) -> None:  # noqa: ARG002
        self._tuner.commit()

    def keep(self) -> None:
        pass

    def step_back(self) -> None:
        self._tuner.step_back()

    def end_trial(self) -> None:
        self._tuner.end_trial()


class Both:
    """A model and settings, tried, kept and given up together; after a death the model's slots say which it was."""

    def __init__(self, model: Subject, settings: Subject) -> None:
        self._model, self._settings = model, settings

    def holds_already(self, sha256: str) -> bool:
        return self._model.holds_already(sha256) and self._settings.holds_already(sha256)

    def keep_as_it_is(self) -> None:
        self._model.keep_as_it_is()

    def check(self) -> None:
        self._model.check()
        self._settings.check()

    def fetch(self, cancel: threading.Event, progress: Progress) -> None:
        self._model.fetch(cancel, progress)

    def choose(self, cancel: threading.Event) -> Chosen:
        self._settings.choose(cancel)
        return self._model.choose(cancel)

    def stage(self, sha256: str) -> None:
        self._model.stage(sha256)
        self._settings.stage(sha256)

    def begin_trial(self) -> None:
        self._model.begin_trial()
        self._settings.begin_trial()

    @property
    def fault(self) -> Optional[str]:
        return self._model.fault

    def commit(self, sha256: str) -> None:
        self._model.commit(sha256)
        self._settings.commit(sha256)

    def keep(self) -> None:
        self._model.keep()

    def step_back(self) -> None:
        self._settings.step_back()
        self._model.step_back()

    def end_trial(self) -> None:
        self._settings.end_trial()
        self._model.end_trial()


def subject_of(order: Desired, tasks: Mapping[str, Serving], fetcher: Fetcher, tuner: Tuner) -> Subject:
    """What an order changes; raises RejectedError for a task that this device does not have."""
    settings = SettingsSubject(tuner, order, fetcher.check)
    if order.task == SETTINGS:
        return settings
    if order.task not in tasks:
        raise RejectedError(TAKES_NO.format(task=order.task, tasks=" and ".join(f"{name}s" for name in tasks)))
    model = ModelSubject(tasks[order.task], fetcher, order)
    return model if order.settings is None else Both(model, settings)
