"""Images that occur more than once, within a split or in two splits, and their labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import FACE_PX, LabelledFaces
from fer_models.data.images import Progress
from fer_models.data.sources import joined

# Two images are near duplicates when their means over 12×12 blocks correlate by more than this, whatever their
# brightness, contrast, watermarks and compression. All of 70 such pairs of FER2013 that were inspected showed the same
# photograph.
BLOCKS = 12
NEAR = 0.97
ROWS = 512

Masks: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Twins:
    """images: how many have a twin; conflicting: how many of these have a twin with another label."""

    images: int
    conflicting: int


@dataclass(frozen=True)
class Duplicates:
    """Twins that the images of a split have among those of another, or among the rest of their own.

    exact: pixel for pixel; near: different images that look nearly the same.
    """

    split: str
    among: str
    exact: Twins
    near: Twins


def find_duplicates(
    splits: Mapping[str, LabelledFaces], on_done: Progress = lambda _done, _all: None
) -> list[Duplicates]:
    """The duplicates of each split within itself and among the splits before it."""
    every = joined(list(splits.values()))
    pictures, group = _pictures(every)
    origin = np.repeat(np.arange(len(splits)), [len(faces) for faces in splits.values()])
    bits = np.int64(1) << every.labels
    masks = {split: _labels(group[origin == n], bits[origin == n], len(pictures)) for n, split in enumerate(splits)}
    near = _labels_of_neighbours(pictures, masks, on_done)
    found = []
    for n, split in enumerate(splits):
        mine, own = group[origin == n], bits[origin == n]
        repeated = np.bincount(mine, minlength=len(pictures))[mine] > 1
        for among in list(splits)[: n + 1]:
            exact = masks[among][mine] * (repeated if among == split else 1)
            found.append(Duplicates(split, among, _twins(exact, own), _twins(near[among][mine], own)))
    return found


def _pictures(faces: LabelledFaces) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The distinct images, and the index of each face's image."""
    numbers: dict[bytes, int] = {}
    group = np.array([numbers.setdefault(image.tobytes(), len(numbers)) for image in faces.images], np.int64)
    _, first = np.unique(group, return_index=True)
    return faces.images[first], group


def _labels(group: npt.NDArray[np.int64], bits: Masks, pictures: int) -> Masks:
    """For each image the labels it has, as bits."""
    masks = np.zeros(pictures, np.int64)
    np.bitwise_or.at(masks, group, bits)
    return masks


def _labels_of_neighbours(
    pictures: npt.NDArray[np.uint8], masks: Mapping[str, Masks], on_done: Progress
) -> dict[str, Masks]:
    """For each image the labels of its near duplicates, by split."""
    found = {split: np.zeros_like(mask) for split, mask in masks.items()}
    for one, other in _near_pairs(pictures, on_done):
        for split, mask in masks.items():
            np.bitwise_or.at(found[split], one, mask[other])
            np.bitwise_or.at(found[split], other, mask[one])
    return found


def _near_pairs(
    pictures: npt.NDArray[np.uint8], on_done: Progress
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Indices of near duplicates, each pair once."""
    blocks = _blocks(pictures)
    for start in range(0, len(blocks), ROWS):
        one, other = np.nonzero(blocks[start : start + ROWS] @ blocks[start:].T > NEAR)
        apart = one < other
        yield one[apart] + start, other[apart] + start
        on_done(min(start + ROWS, len(blocks)), len(blocks))


def _blocks(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """float32 N×144: an image's block means, with mean 0 and length 1; all 0 for a uniform image, without twins."""
    side = FACE_PX // BLOCKS
    means = pictures.reshape(-1, BLOCKS, side, BLOCKS, side).mean((2, 4), dtype=np.float32).reshape(len(pictures), -1)
    means -= means.mean(axis=1, keepdims=True)
    length = np.linalg.norm(means, axis=1, keepdims=True)
    return np.where(length > 1, means / np.maximum(length, 1), 0).astype(np.float32)


def _twins(masks: Masks, own: Masks) -> Twins:
    return Twins(int((masks != 0).sum()), int((masks & ~own != 0).sum()))
