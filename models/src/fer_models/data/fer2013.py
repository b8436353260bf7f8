"""FER2013 (Goodfellow et al. 2013, arXiv:1307.0414) in its public image-folder layout, as a zip or a directory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS
from PIL import Image, UnidentifiedImageError

from fer_models.data.faces import FACE_PX, Faces
from fer_models.errors import DatasetError

DATASET = "FER2013"
LICENCE = (
    "Code and weights: Apache-2.0. The weights were learned from FER2013 (Goodfellow et al. 2013), whose images were "
    "collected from web searches for a research competition; the images' rights stay with their owners, and no "
    "licence for commercial use came with them. Use the weights for research, or settle those rights first."
)


def load_split(source: Path, prefix: str) -> Faces:
    """Read the images whose file name starts with prefix (Training_, PublicTest_), sorted by path.

    Raises DatasetError when there are none, or one cannot be read as a 48×48 image.
    """
    rows = [
        (name, _emotion_index(name), _decode(name, data))
        for name, data in sorted(_files(source))
        if Path(name).name.startswith(prefix)
    ]
    if not rows:
        raise DatasetError(
            f"{source} holds no image named {prefix}*; expected EMOTION/{prefix}ID.jpg below train/ or test/."
        )
    names, labels, images = zip(*rows, strict=True)
    return Faces(np.stack(images), np.array(labels, dtype=np.int64), list(names))


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        yield from ((str(p.relative_to(source)), p.read_bytes()) for p in source.rglob("*.jpg"))
        return
    try:
        with zipfile.ZipFile(source) as archive:
            yield from ((n, archive.read(n)) for n in archive.namelist() if n.endswith(".jpg"))
    except (OSError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"Cannot read {source} as FER2013 ({error}); give the zip or the folder above train/."
        ) from error


def _emotion_index(name: str) -> int:
    emotion = Path(name).parent.name.lower()
    if emotion not in EMOTIONS:
        raise DatasetError(f"{name}: the folder {emotion!r} is no emotion; expected one of {', '.join(EMOTIONS)}.")
    return EMOTIONS.index(emotion)


def _decode(name: str, data: bytes) -> npt.NDArray[np.uint8]:
    try:
        image = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    except (UnidentifiedImageError, OSError) as error:
        raise DatasetError(f"{name} is not a readable image ({error}); replace or remove it.") from error
    if image.shape != (FACE_PX, FACE_PX):
        raise DatasetError(f"{name} is {image.shape[1]}×{image.shape[0]} pixels; FER2013's are {FACE_PX}×{FACE_PX}.")
    return image
