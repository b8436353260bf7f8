"""FER2013 (Goodfellow et al. 2013, arXiv:1307.0414) in its public image-folder layout."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from fer_wire.emotions import EMOTIONS

from fer_models.data.container import Container
from fer_models.data.faces import LabelledFaces
from fer_models.data.images import Progress, decoded, image_names, unchanged
from fer_models.data.splits import SPLITS
from fer_models.errors import DatasetError, EmptySplitError

DATASET = "FER2013"
LICENCE = (
    "Code and weights: Apache-2.0. The weights were learned from FER2013 (Goodfellow et al. 2013), whose images were "
    "collected from web searches for a research competition; the images' rights stay with their owners, and no "
    "licence for commercial use came with them. Use the weights for research, or settle those rights first."
)
PREFIXES = tuple(f"{split}_" for split in SPLITS)


def is_layout(container: Container) -> bool:
    """Whether any image is named in FER2013's way."""
    return any(_file_name(name).startswith(PREFIXES) for name in image_names(container))


def read_layout(container: Container, split: str, on_done: Progress) -> LabelledFaces:
    """The images EMOTION/SPLIT_ID.jpg, in any folder, sorted by path.

    Raises DatasetError when there are none, or one is in no emotion's folder or does not have 48×48 pixels.
    """
    names = [name for name in image_names(container) if _file_name(name).startswith(f"{split}_")]
    if not names:
        raise EmptySplitError(
            f"{container.source} has no image named {split}_*; expected EMOTION/{split}_ID.jpg below train/ or test/."
        )
    labels = np.array([_emotion_index(container, name) for name in names], np.int64)
    return LabelledFaces(decoded(container, names, unchanged, on_done), labels, names)


def _emotion_index(container: Container, name: str) -> int:
    emotion = PurePosixPath(name).parent.name.lower()
    if emotion not in EMOTIONS:
        raise DatasetError(
            f"{container.where(name)}: the folder {emotion!r} is not an emotion; expected one of {', '.join(EMOTIONS)}."
        )
    return EMOTIONS.index(emotion)


def _file_name(name: str) -> str:
    return PurePosixPath(name).name
