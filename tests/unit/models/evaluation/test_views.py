"""Each view shows the faces that it says, and averages the answers."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.errors import ContractError
from fer_models.evaluation.views import CROP_PX, FLIP, LOOKS, SINGLE, TEN_CROP, VIEWS, looks, probabilities, resized
from fer_models.model_files.runtime import Classifier
from hypothesis import given
from hypothesis import strategies as st
from made_models import made_faces, write_network
from PIL import Image


def pictures(count: int, px: int = 48, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, px, px)).astype(np.float32)


class LeftHalf:
    """Answers with how bright the left half is: it can tell a face from its mirror image."""

    path = Path("left.onnx")

    def predict(self, faces: np.ndarray) -> np.ndarray:
        bright = faces[:, 0, :, :24].mean(axis=(1, 2)) / 255
        return np.stack([bright, *[(1 - bright) / 6] * 6], axis=1).astype(np.float32)


class Silent:
    """Answers with no number."""

    path = Path("silent.onnx")

    def predict(self, faces: np.ndarray) -> np.ndarray:
        return np.full((len(faces), 7), np.nan, np.float32)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_its_number_of_looks_all_as_large_as_a_face(view: str) -> None:
    found = list(looks(pictures(3), view))
    assert len(found) == LOOKS[view]
    assert all(look.shape == (3, 48, 48) and look.dtype == np.float32 for look in found)


def test_the_first_look_of_single_and_flip_is_the_face_itself_and_the_second_its_mirror_image() -> None:
    faces = pictures(2)
    assert np.array_equal(next(looks(faces, SINGLE)), faces)
    first, second = looks(faces, FLIP)
    assert np.array_equal(first, faces)
    assert np.array_equal(second, faces[:, :, ::-1])


def test_ten_crops_are_four_corners_and_the_centre_each_with_its_mirror_image() -> None:
    faces = pictures(1)
    found = list(looks(faces, TEN_CROP))
    centre = resized(faces[:, 2:46, 2:46], 48)
    last_corner = resized(faces[:, 4:, 4:], 48)
    assert np.array_equal(found[8], centre)
    assert np.array_equal(found[9], centre[:, :, ::-1])
    assert np.array_equal(found[6], last_corner)


@given(st.integers(0, 50))
def test_enlarging_is_pillows_bilinear(seed: int) -> None:
    crop = pictures(1, CROP_PX, seed)
    theirs = np.asarray(Image.fromarray(crop[0]).resize((48, 48), Image.Resampling.BILINEAR))
    assert resized(crop, 48)[0] == pytest.approx(theirs, abs=0.01)


@given(st.integers(0, 255), st.integers(2, 60))
def test_a_plain_picture_stays_plain_at_any_size(level: int, px: int) -> None:
    assert resized(np.full((1, CROP_PX, CROP_PX), level, np.float32), px) == pytest.approx(level, abs=1e-3)


def test_a_flip_answers_the_same_for_a_face_and_its_mirror_image() -> None:
    faces = made_faces(70)
    faces.images[:, :, :10] = 0
    mirrored = type(faces)(faces.images[:, :, ::-1].copy(), faces.labels, faces.names)
    either = [probabilities(LeftHalf(), each, FLIP, lambda _: None) for each in (faces, mirrored)]  # type: ignore[arg-type]
    assert either[0] == pytest.approx(either[1], abs=1e-6)
    single = [probabilities(LeftHalf(), each, SINGLE, lambda _: None) for each in (faces, mirrored)]  # type: ignore[arg-type]
    assert single[0] != pytest.approx(single[1], abs=1e-3)


@pytest.mark.parametrize("view", VIEWS)
def test_every_look_is_reported_and_every_answer_sums_to_one(view: str, tmp_path: Path) -> None:
    done: list[int] = []
    found = probabilities(Classifier(write_network(tmp_path / "small.onnx")), made_faces(70), view, done.append)
    assert sum(done) == 70 * LOOKS[view]
    assert found.shape == (70, 7)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_an_answer_that_is_no_number_is_the_models_fault() -> None:
    with pytest.raises(ContractError, match="answers with something that is not a number"):
        probabilities(Silent(), made_faces(7), SINGLE, lambda _: None)  # type: ignore[arg-type]
