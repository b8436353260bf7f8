"""What a batch asks of the network: its faces, the cells that may answer for each, and those that are not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.eyes.data.frames import Boxes, boxes
from fer_models.eyes.finder.cells import STRIDES, middles
from fer_models.eyes.finder.sample import Sample
from fer_models.eyes.imaging import Floats

LEARNED_PX = 11.0
"""Faces smaller than this count neither as a face nor as none."""

LEARNED_SHARE, NOTICED_SHARE = 0.45, 0.15
"""How much of a face has to lie in the picture to be learned, and to be noticed at all."""

SIZES_PX = {8: (0.0, 80.0), 16: (28.0, 180.0), 32: (64.0, np.inf)}
"""Which faces the cells of a stride may answer for."""

NEIGHBOURS = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)])
SURROUNDINGS = 1.6
"""Around a found face in a picture whose faces are not all known, cells count up to so many times its box."""


@dataclass(frozen=True, slots=True)
class Batch:
    """B pictures of one size, with F faces and G cells each.

    pixels: uint8, B × 1 × S × S. boxes: F × 4. points: F × 10, NaN where unknown. candidates: F × K, indices into the
    B·G cells, -1 where there is none. ignored: bool, B × G.
    """

    pixels: npt.NDArray[np.uint8]
    boxes: Floats
    points: Floats
    candidates: npt.NDArray[np.int64]
    ignored: npt.NDArray[np.bool_]


class Grid:
    """The cells of square pictures of one size."""

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self.middles, self.strides = middles(size_px, size_px)
        counts = [(size_px // stride) ** 2 for stride in STRIDES]
        self.starts = dict(zip(STRIDES, np.cumsum([0, *counts[:-1]]), strict=True))

    def __len__(self) -> int:
        return len(self.middles)

    def candidates(self, box: Floats) -> npt.NDArray[np.int64]:
        """The cells whose middle lies in the box, next to its middle, on every level that suits its size."""
        middle = (box[:2] + box[2:]) / 2
        size = float(np.sqrt(np.prod(box[2:] - box[:2])))
        found = []
        for stride in STRIDES:
            smallest, largest = SIZES_PX[stride]
            if smallest <= size <= largest:
                found.append(self._near(np.asarray(middle, np.float32), box, stride))
        return np.concatenate(found)

    def _near(self, middle: Floats, box: Floats, stride: int) -> npt.NDArray[np.int64]:
        count = self.size_px // stride
        own = np.clip(np.floor(middle / stride), 0, count - 1)
        around = own + NEIGHBOURS
        at = (around + 0.5) * stride
        inside = ((at > box[:2]) & (at < box[2:])).all(axis=1) | (around == own).all(axis=1)
        around = around[inside & (around >= 0).all(axis=1) & (around < count).all(axis=1)]
        return np.asarray(self.starts[stride] + around[:, 1] * count + around[:, 0], np.int64)

    def within(self, areas: Boxes) -> npt.NDArray[np.bool_]:
        """Whether each cell's middle lies in one of the boxes."""
        x, y = self.middles.T
        left, top, right, bottom = areas.T[:, :, np.newaxis]
        return np.asarray(((x > left) & (x < right) & (y > top) & (y < bottom)).any(axis=0), bool)


def batch_of(samples: Sequence[Sample], grid: Grid) -> Batch:
    """The samples as one batch."""
    parts = [_target(sample, grid) for sample in samples]
    offsets = np.repeat(np.arange(len(parts)) * len(grid), [len(part[0]) for part in parts])
    cells = [row for part in parts for row in part[2]]
    candidates = np.full((len(cells), max((len(row) for row in cells), default=1)), -1, np.int64)
    for row, found, offset in zip(candidates, cells, offsets, strict=True):
        row[: len(found)] = found + offset
    return Batch(
        np.stack([sample.pixels for sample in samples])[:, np.newaxis],
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]).reshape(-1, 10),
        candidates,
        np.stack([part[3] for part in parts]),
    )


def _target(sample: Sample, grid: Grid) -> tuple[Floats, Floats, list[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]:
    around = boxes(sample.frames)
    sides = around[:, 2:] - around[:, :2]
    seen = np.clip(np.minimum(around[:, 2:], grid.size_px) - np.maximum(around[:, :2], 0), 0, None)
    share = seen.prod(axis=1) / np.maximum(sides.prod(axis=1), 1e-6)
    middle = (around[:, :2] + around[:, 2:]) / 2
    inside = ((middle >= 0) & (middle < grid.size_px)).all(axis=1)
    learned = sample.clear & (share >= LEARNED_SHARE) & inside & (np.sqrt(sides.prod(axis=1)) >= LEARNED_PX)
    ignored = grid.within(around[~learned & (share >= NOTICED_SHARE)])
    if not sample.whole:
        ignored |= ~grid.within(_grown(around[learned], SURROUNDINGS))
    own = around[learned]
    return own, sample.points[learned], [grid.candidates(box) for box in own], ignored


def _grown(areas: Boxes, times: float) -> Boxes:
    middle, reach = (areas[:, :2] + areas[:, 2:]) / 2, (areas[:, 2:] - areas[:, :2]) / 2 * times
    return np.concatenate([middle - reach, middle + reach], axis=1)
