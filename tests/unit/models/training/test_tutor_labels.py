"""Tutors are asked about each face and its mirror image, and answer together."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.errors import ContractError
from fer_models.model_files.finished import model_file
from fer_models.model_files.runtime import Classifier
from fer_models.training.tutor_labels import tutor_labels
from made_models import made_faces, write_entry, write_network

FACES = made_faces(70)


def test_an_answer_is_the_mean_over_both_views_of_a_face(tmp_path: Path) -> None:
    path = write_network(tmp_path / "tutor.onnx")
    views = FACES.images.astype(np.float32)[:, np.newaxis]
    expected = (Classifier(path).predict(views) + Classifier(path).predict(views[..., ::-1].copy())) / 2
    assert np.allclose(tutor_labels([path], FACES), expected, atol=1e-6)


def test_several_tutors_answer_with_their_mean(tmp_path: Path) -> None:
    path = write_network(tmp_path / "tutor.onnx")
    assert np.allclose(tutor_labels([path, path], FACES), tutor_labels([path], FACES), atol=1e-6)
    assert np.allclose(tutor_labels([path], FACES).sum(axis=1), 1, atol=1e-5)


def test_of_a_zoo_entry_fp32_is_asked(tmp_path: Path) -> None:
    write_entry(tmp_path / "small" / "1.0.0")
    assert model_file(tmp_path / "small" / "1.0.0").name == "fp32.onnx"


def test_how_far_the_asking_is_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tutor_labels([write_network(tmp_path / "tutor.onnx")], FACES, lambda done, of: told.append((done, of)))
    assert told == [(64, 70), (70, 70)]


def test_a_tutor_that_is_no_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "tutor.onnx").write_text("not a model")
    with pytest.raises(ContractError, match=r"tutor\.onnx does not load in ONNX Runtime"):
        tutor_labels([tmp_path / "tutor.onnx"], FACES)
