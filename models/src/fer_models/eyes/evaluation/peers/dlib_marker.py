"""dlib's 68 landmarks, given the box that its detector would have drawn."""

from __future__ import annotations

import numpy as np

from fer_models.eyes.data.head import INNER
from fer_models.eyes.evaluation.landmark_error import Told, TrueFace
from fer_models.eyes.evaluation.peers.dlib_hog import BOX_PER_RADIUS, DlibHog
from fer_models.eyes.imaging import Grey


class DlibMarker:
    """The landmark file of fer-agent."""

    name = "dlib"

    def __init__(self) -> None:
        """Raises UsageError when the landmark file is not installed."""
        self._dlib = DlibHog()

    def mark(self, picture: Grey, face: TrueFace) -> Told:
        """The landmarks; the box is taken from the true landmarks, for dlib's is drawn around the inner ones."""
        inner = face.landmarks[INNER]
        middle = inner.mean(axis=0)
        reach = BOX_PER_RADIUS / 2 * float(np.sqrt(((inner - middle) ** 2).sum(axis=1).mean()))
        return Told(self._dlib.landmarks(picture, np.concatenate([middle - reach, middle + reach])))
