"""Three programs once had this formula each, in numpy; what they computed stands here as the proof."""

from typing import Tuple

import numpy as np
from fer_wire.golden import golden_pixels
from hypothesis import given
from hypothesis import strategies as st

COEFFICIENTS = st.tuples(*[st.integers(0, 2**63 - 1)] * 4)


def with_numpy(coefficients: Tuple[int, int, int, int], faces: int, px: int) -> bytes:
    a, b, c, d = (np.int64(coefficient) for coefficient in coefficients)
    n, row, column = np.ogrid[:faces, :px, :px]
    with np.errstate(over="ignore"):
        pixels = (a * n + b * row + c * column + d * row * column) % 256
    return np.asarray(pixels, np.uint8).tobytes()


@given(coefficients=COEFFICIENTS, faces=st.integers(1, 9), px=st.sampled_from((32, 48, 64)))
def test_the_pixels_are_those_that_numpy_computes(coefficients: Tuple[int, int, int, int], faces: int, px: int) -> None:
    assert golden_pixels(coefficients, faces, px) == with_numpy(coefficients, faces, px)


def test_the_released_batch_begins_and_ends_as_ever() -> None:
    pixels = golden_pixels((104, 252, 255, 0), 8)
    assert len(pixels) == 8 * 48 * 48
    assert (pixels[:4], pixels[48], pixels[48 * 48]) == (bytes([0, 255, 254, 253]), 252, 104)
