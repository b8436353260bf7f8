"""Soft labels from tutors: finished models are asked about each training image once, before the run.

Several models that were trained apart know more together than each does alone, and asking them once costs the run
nothing. (Teachers, in distillation.py, are asked about every view, at every step.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import LabelledFaces
from fer_models.model_files.finished import model_file
from fer_models.model_files.runtime import Classifier

BATCH = 64

Probabilities = npt.NDArray[np.float32]


def tutor_labels(
    tutors: Sequence[Path], faces: LabelledFaces, on_done: Callable[[int, int], None] = lambda _done, _all: None
) -> Probabilities:
    """Mean probabilities of the tutors for each face and its mirror image: float32 N×7.

    tutors: .onnx files or zoo entries. on_done is told how many faces are done, and of how many.
    Raises ContractError when a tutor cannot be read or run.
    """
    classifiers = [Classifier(model_file(tutor), threads=0) for tutor in tutors]
    parts = []
    for start in range(0, len(faces), BATCH):
        batch = faces.images[start : start + BATCH].astype(np.float32)[:, np.newaxis]
        views = (batch, np.ascontiguousarray(batch[..., ::-1]))
        parts.append(np.mean([each.predict(view) for each in classifiers for view in views], axis=0))
        on_done(start + len(batch), len(faces))
    return np.concatenate(parts).astype(np.float32)
