"""Classifies faces: what a classifier's network says, for all faces of a frame at once."""

import numpy as np
from fer_wire import EMOTIONS
from typing_extensions import Protocol

from fer_agent.emotion.temperature import NONE, Temperatures
from fer_agent.inference.arrays import Faces, Probabilities
from fer_agent.inference.network import Runs


class FaceClassifier(Protocol):
    """What the pipeline needs of a classifier."""

    reference: str
    track_temperatures: Temperatures
    """What the logits of a followed face are divided by."""

    def classify(self, faces: Faces) -> Probabilities:
        """The probabilities of each face."""


class Classifier:
    """A network that classifies faces and, where that is wanted, their mirror images too."""

    def __init__(self, network: Runs, mirrored: bool = False, track_temperatures: Temperatures = NONE) -> None:
        self.reference, self.track_temperatures = network.reference, track_temperatures
        self._network, self._mirrored = network, mirrored

    def classify(self, faces: Faces) -> Probabilities:
        """float32 N×1×48×48, grey 0–255, to float32 N×7 in the order of fer_wire.EMOTIONS; one run for all.

        If the settings ask for it, the mirrored faces are classified too, and the mean of both is returned.
        """
        if not len(faces):
            return np.zeros((0, len(EMOTIONS)), np.float32)
        if not self._mirrored:
            return self._answers(faces)
        both = [self._answers(faces), self._answers(np.ascontiguousarray(faces[..., ::-1]))]
        return np.asarray(np.mean(both, axis=0), np.float32)

    def _answers(self, faces: Faces) -> Probabilities:
        return np.asarray(self._network.run(faces)[0], np.float32)
