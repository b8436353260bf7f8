from pathlib import Path

import numpy as np
import pytest
from fer_agent.emotion.classify import Classifier
from fer_agent.inference.choice import of_the_settings
from fer_agent.settings import Settings
from fer_wire.contracts import CLASSIFIER
from tiny_onnx import expected, network, write_model


def load(folder: Path, mirrored: bool = False) -> Classifier:
    settings = Settings.model_validate({"state_dir": folder / "state", "emotion": {"model": folder}})
    return Classifier(of_the_settings(CLASSIFIER, settings), mirrored)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", {"fp32": network()})


@pytest.mark.parametrize("faces", [0, 1, 5])
def test_any_number_of_faces_is_classified_in_one_run(folder: Path, faces: int) -> None:
    batch = np.random.default_rng(1).integers(0, 256, (faces, 1, 48, 48)).astype(np.float32)
    found = load(folder).classify(batch)
    assert found.shape == (faces, 7)
    assert found == pytest.approx(expected(batch), abs=1e-4)


def test_a_mirrored_face_counts_as_much_as_the_face_where_that_is_wanted(folder: Path) -> None:
    batch = np.random.default_rng(2).integers(0, 256, (3, 1, 48, 48)).astype(np.float32)
    wanted = (expected(batch) + expected(batch[..., ::-1])) / 2
    assert load(folder, mirrored=True).classify(batch) == pytest.approx(wanted, abs=1e-4)
    assert np.abs(load(folder).classify(batch) - wanted).max() > 1e-3


def test_it_says_whose_answers_it_gives(folder: Path) -> None:
    assert load(folder).reference == "tiny@1.0.0/fp32"
