"""Ranges come from training images alone, and hold all that was seen."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.errors import DatasetError
from fer_models.quantization.calibration import LEAST_FACES, Range, calibration_faces, observe
from hypothesis import given
from hypothesis import strategies as st
from made_models import made_faces, write_network

VALUES = st.lists(st.floats(-100, 100, width=32), min_size=1)


def test_calibration_faces_are_raw_pixels_of_some_training_images() -> None:
    faces = made_faces(100)
    chosen = calibration_faces(faces, 60)
    assert (chosen.shape, chosen.dtype.name) == ((60, 1, 48, 48), "float32")
    assert {face.astype(np.uint8).tobytes() for face in chosen} <= {image.tobytes() for image in faces.images}


def test_the_same_seed_chooses_the_same_faces() -> None:
    faces = made_faces(100)
    one, same, other = (calibration_faces(faces, 60, seed) for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(("images", "asked"), [(LEAST_FACES - 1, 400), (200, LEAST_FACES - 1)])
def test_too_few_faces_are_refused_with_the_remedy(images: int, asked: int) -> None:
    with pytest.raises(DatasetError, match=r"49 images are too few .* at least 50 .* Give more data or more --calibr"):
        calibration_faces(made_faces(images), asked)


def test_fewer_images_than_asked_for_are_all_taken() -> None:
    assert len(calibration_faces(made_faces(LEAST_FACES), 400)) == LEAST_FACES


@given(VALUES, VALUES)
def test_a_range_holds_all_values_and_zero(first: list[float], second: list[float]) -> None:
    found = Range().with_values(np.array(first, np.float32)).with_values(np.array(second, np.float32))
    assert (found.lowest, found.highest) == (min(0.0, *first, *second), max(0.0, *first, *second))
    assert found.largest == max(abs(value) for value in [*first, *second])
    assert found.width == found.highest - found.lowest


def test_what_convolutions_read_and_make_is_observed(tmp_path: Path) -> None:
    faces = calibration_faces(made_faces(56))
    ranges = observe(onnx.load(write_network(tmp_path / "fp32.onnx")), faces)
    assert set(ranges) == {"face", "scaled", "maps", "active"}
    assert ranges["face"].highest == faces.max()
    assert ranges["scaled"].highest == faces.max() / np.float32(255)
    assert ranges["active"] == Range(0.0, ranges["maps"].highest)
    assert ranges["maps"].lowest < 0
