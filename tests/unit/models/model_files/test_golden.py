"""The golden batch's formula, against its own words."""

from fer_models.model_files.golden import COEFFICIENTS, FACES, golden_faces
from hypothesis import given
from hypothesis import strategies as st

WHOLE = st.integers(0, 255)


def test_a_golden_batch_has_the_shape_of_the_contract() -> None:
    faces = golden_faces(COEFFICIENTS, FACES)
    assert faces.shape == (FACES, 1, 48, 48)
    assert faces.dtype == "float32"


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


def test_no_two_faces_of_the_released_batch_are_alike() -> None:
    assert len({face.tobytes() for face in golden_faces(COEFFICIENTS, FACES)}) == FACES
