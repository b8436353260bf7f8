"""Finished models as tutors: what they say of the training images becomes part of the labels.

Several that were trained apart know more together than each alone; asked once, before a run, they cost it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.manifest import FP32

from fer_models.data.faces import Faces
from fer_models.model_files.manifest import read_manifest
from fer_models.model_files.runtime import Classifier

BATCH = 64
ONNX = ".onnx"

Answers = npt.NDArray[np.float32]


def mean_answers(
    tutors: Sequence[Path], faces: Faces, on_done: Callable[[int, int], None] = lambda _done, _all: None
) -> Answers:
    """Mean probabilities of the tutors for each face and its mirror image: float32 N×7.

    A tutor is an .onnx file or a zoo entry, of which fp32 is asked. on_done hears how many of how many faces are done.
    Raises ContractError when one cannot be read or run.
    """
    classifiers = [Classifier(model_file(tutor), threads=0) for tutor in tutors]
    parts = []
    for start in range(0, len(faces), BATCH):
        batch = faces.images[start : start + BATCH].astype(np.float32)[:, np.newaxis]
        views = (batch, np.ascontiguousarray(batch[..., ::-1]))
        parts.append(np.mean([each.predict(view) for each in classifiers for view in views], axis=0))
        on_done(start + len(batch), len(faces))
    return np.concatenate(parts).astype(np.float32)


def is_finished_model(path: Path) -> bool:
    """Whether the path names a finished model, a zoo entry or an .onnx file, and no checkpoint."""
    return path.is_dir() or path.suffix == ONNX


def model_file(tutor: Path) -> Path:
    """The .onnx file that is asked; raises ContractError for a folder without a manifest."""
    if not tutor.is_dir():
        return tutor
    variants = {variant.precision: variant.file for variant in read_manifest(tutor).variants}
    return tutor / variants.get(FP32, next(iter(variants.values())))
