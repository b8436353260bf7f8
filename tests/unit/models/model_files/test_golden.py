"""The golden batch's formula, against its own words."""

import pytest
from fer_models.model_files.golden import BATCHES, COEFFICIENTS, GoldenBatch, golden_faces
from fer_wire.contracts import CONTRACTS, STRIDES
from hypothesis import given
from hypothesis import strategies as st

WHOLE = st.integers(0, 255)


@pytest.mark.parametrize(("task", "batch"), BATCHES.items())
def test_a_golden_batch_has_the_shape_of_the_contract(task: str, batch: GoldenBatch) -> None:
    faces = golden_faces(COEFFICIENTS, batch.pictures, batch.px)
    assert faces.shape == (batch.pictures, 1, batch.px, batch.px)
    assert faces.dtype == "float32"
    assert batch.px == (CONTRACTS[task].px or STRIDES[-1])


@given(
    coefficients=st.tuples(WHOLE, WHOLE, WHOLE, WHOLE),
    n=st.integers(0, 3),
    row=st.integers(0, 47),
    column=st.integers(0, 47),
)
def test_every_pixel_follows_the_formula(
    coefficients: tuple[int, int, int, int], n: int, row: int, column: int
) -> None:
    a, b, c, d = coefficients
    assert golden_faces(coefficients, 4)[n, 0, row, column] == (a * n + b * row + c * column + d * row * column) % 256


@pytest.mark.parametrize("batch", BATCHES.values())
def test_no_two_pictures_of_a_released_batch_are_alike(batch: GoldenBatch) -> None:
    pictures = golden_faces(COEFFICIENTS, batch.pictures, batch.px)
    assert len({picture.tobytes() for picture in pictures}) == batch.pictures
