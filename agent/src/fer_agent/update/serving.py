"""The model that serves, in one place: every pipeline, report and telemetry asks here."""

from typing import Callable, List, Optional

from typing_extensions import Protocol

from fer_agent.emotion.classify import FaceClassifier
from fer_agent.update.probation import Watched
from fer_agent.update.trial import Servant


class Pipe(Protocol):
    """What of a pipeline changes with the model."""

    classifier: FaceClassifier


class Serving:
    """Holds the model that serves now and, during a trial, the one before, so that it can return at once."""

    def __init__(self, servant: Servant) -> None:
        self.servant = servant
        self.watched: Optional[Watched] = None
        """What the pipelines see of a model on trial."""
        self._before: Optional[Servant] = None
        self._pipes: List[Pipe] = []

    def attach(self, pipe: Pipe) -> None:
        """Its next frames are classified by whichever model serves."""
        self._pipes.append(pipe)

    def try_out(self, servant: Servant) -> Watched:
        """From its next frame on, every pipeline uses this one, and its first fault is remembered."""
        self._before = self.servant if servant is not self.servant else None
        self.watched = Watched(servant)
        self._swap(servant, self.watched)
        return self.watched

    def keep(self) -> None:
        """The trial is over, and the model serves on."""
        self._swap(self.servant, self.servant)
        self.watched = self._before = None

    def step_back(self, load_steady: Callable[[], Servant]) -> None:
        """The model before serves again, loaded where the agent died meanwhile; raises ModelError when it cannot be."""
        before = self._before or load_steady()
        self._swap(before, before)
        self.watched = self._before = None

    def _swap(self, servant: Servant, seen: FaceClassifier) -> None:
        self.servant = servant
        for pipe in self._pipes:
            pipe.classifier = seen
