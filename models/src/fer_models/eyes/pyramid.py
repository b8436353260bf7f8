"""A picture at full, half, quarter and eighth size, so that shrinking it while warping does not alias."""

from __future__ import annotations

import numpy as np

from fer_models.eyes.imaging import Affine, Grey, halved, warp, warp_extended, warp_mirrored

LEVELS = 4
LARGEST_STEP = 1.2
"""A smaller level is taken as long as the warp enlarges it by no more than this."""


class Pyramid:
    """One picture at several sizes, each half of the one before."""

    def __init__(self, pixels: Grey) -> None:
        self.levels = [pixels]
        while len(self.levels) < LEVELS and min(self.levels[-1].shape) >= 32:
            self.levels.append(halved(self.levels[-1]))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full picture."""
        height, width = self.levels[0].shape
        return width, height

    def warped(self, matrix: Affine, size: tuple[int, int], onto: Grey | None = None) -> Grey:
        """As imaging.warp, from the level that fits the scale of the matrix."""
        return warp(*self._fitting(matrix), size, onto)

    def filling(self, matrix: Affine, size: tuple[int, int]) -> Grey:
        """As imaging.warp_mirrored, from the level that fits."""
        return warp_mirrored(*self._fitting(matrix), size)

    def extended(self, matrix: Affine, size: tuple[int, int]) -> Grey:
        """As imaging.warp_extended, from the level that fits."""
        return warp_extended(*self._fitting(matrix), size)

    def _fitting(self, matrix: Affine) -> tuple[Grey, Affine]:
        scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
        level = 0
        while level + 1 < len(self.levels) and scale * 2 ** (level + 1) <= LARGEST_STEP:
            level += 1
        finer = matrix.copy()
        finer[:, :2] *= 2**level
        finer[:, 2] += matrix[:, :2] @ np.full(2, (2**level - 1) / 2)
        return self.levels[level], finer


def similarity(
    scale: float, angle: float, take: np.ndarray, to: np.ndarray, mirrored: bool = False, stretch: float = 1.0
) -> Affine:
    """The matrix that scales, turns by the angle (radians, clockwise in the picture), and brings the point take to to.

    mirrored turns left and right around first; stretch widens before the turn.
    """
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ np.diag([-stretch if mirrored else stretch, 1.0])
    return np.column_stack([linear, np.asarray(to) - linear @ np.asarray(take)])
