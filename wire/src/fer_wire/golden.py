"""The faces of a golden batch, computed from its formula so that every program tests a model on the same pixels."""

from functools import lru_cache
from typing import Tuple

from fer_wire.contracts import FACE_PX

GREY_LEVELS = 256


@lru_cache(maxsize=4)
def golden_pixels(coefficients: Tuple[int, int, int, int], faces: int, px: int = FACE_PX) -> bytes:
    """Grey values of faces × px × px pixels, picture by picture and row by row.

    pixel[n, row, column] = (a·n + b·row + c·column + d·row·column) mod 256, with everything counted from 0.
    """
    a, b, c, d = (coefficient % GREY_LEVELS for coefficient in coefficients)
    side = range(px)
    return bytes(
        (a * n + b * row + (c + d * row) * column) % GREY_LEVELS
        for n in range(faces)
        for row in side
        for column in side
    )
