"""FER2013 (Goodfellow et al. 2013, arXiv:1307.0414) in its public image-folder layout, as a zip or a directory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS
from PIL import Image, UnidentifiedImageError

from fer_models.errors import DatasetError

DATASET = "FER2013"
LICENCE = (
    "Code and weights: Apache-2.0. The weights were learned from FER2013 (Goodfellow et al. 2013), whose images were "
    "collected from web searches for a research competition; the images' rights stay with their owners, and no "
    "licence for commercial use came with them. Use the weights for research, or settle those rights first."
)
FACE_PX = 48
HELD_OUT_SHARE = 0.1


@dataclass(frozen=True)
class Faces:
    """images: uint8, N×48×48, grey; labels: int64, N, an index into fer_wire's EMOTIONS; names: N file names."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    names: list[str]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.int64]) -> Faces:
        """The faces at these indices, in their order."""
        return Faces(self.images[indices], self.labels[indices], [self.names[i] for i in indices])


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


def hold_out(faces: Faces, share: float = HELD_OUT_SHARE, seed: int = 0) -> tuple[Faces, Faces]:
    """Split off a share of the faces, identical images kept on one side, for choosing without the test images."""
    _, group = np.unique(faces.images.reshape(len(faces), -1), axis=0, return_inverse=True)
    draw = np.random.default_rng(seed).random(group.max() + 1)[group]
    held = draw < share
    return faces.take(np.flatnonzero(~held)), faces.take(np.flatnonzero(held))


def without_known(faces: Faces, known: Faces) -> Faces:
    """The faces whose picture is not, pixel for pixel, among the known ones."""
    seen = {image.tobytes() for image in known.images}
    return faces.take(np.array([i for i, image in enumerate(faces.images) if image.tobytes() not in seen], np.int64))


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
