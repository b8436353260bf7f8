"""The model that serves, in one place: every pipeline, report and telemetry asks here."""

from typing import List, Optional

from typing_extensions import Protocol

from fer_agent.emotion.classify import FaceClassifier
from fer_agent.update.trial import Servant


class Pipe(Protocol):
    """What of a pipeline changes with the model."""

    classifier: FaceClassifier


class Serving:
    """Holds the model that serves now."""

    def __init__(self, servant: Servant) -> None:
        self.servant = servant
        self._pipes: List[Pipe] = []

    def attach(self, pipe: Pipe) -> None:
        """Its next frames are classified by whichever model serves."""
        self._pipes.append(pipe)

    def swap(self, servant: Servant, watched: Optional[FaceClassifier] = None) -> None:
        """From its next frame on, every pipeline uses this one, through what watches it where that is given."""
        self.servant = servant
        for pipe in self._pipes:
            pipe.classifier = watched or servant
