"""A model file runs only where it keeps the contract of its task and answers its golden batch."""

import json
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest
from fer_agent.errors import ModelError
from fer_agent.inference import session
from fer_agent.inference.arrays import Batch
from fer_agent.inference.model import read_model
from fer_agent.inference.network import Network, shapes
from fer_agent.settings import EmotionSettings
from fer_wire.contracts import CLASSIFIER, CONTRACTS, FINDER, LANDMARKER
from fer_wire.int8 import IN_FLOAT32
from tiny_eyes import expected as expected_of_eyes
from tiny_eyes import finder, landmarker, write_eyes
from tiny_onnx import DOUBLE, expected, network, write_model


def load(folder: Path, task: str = CLASSIFIER, precision: str = "fp32") -> Network:
    model = read_model(folder, task)
    return Network(model, model.variant(precision), EmotionSettings(), folder / "engines")


def made(folder: Path, data: bytes, task: str = CLASSIFIER) -> Path:
    files = {"fp32": data}
    return write_model(folder / "m", files) if task == CLASSIFIER else write_eyes(folder / "m", task, files)


def rows(answers: List[Batch]) -> Batch:
    """For each picture all outputs, one after the other."""
    return np.concatenate([each.reshape(len(each), -1) for each in answers], axis=1)


def demanding(folder: Path) -> Path:
    """With a tolerance that no computer keeps."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["variants"][0]["tolerance"] = 1e-12
    path.write_text(json.dumps(manifest))
    return folder


def test_it_says_what_runs_and_where(tmp_path: Path) -> None:
    loaded = load(made(tmp_path, network()))
    assert (loaded.reference, loaded.task) == ("tiny@1.0.0/fp32", CLASSIFIER)
    assert loaded.provider == "CPUExecutionProvider"
    assert loaded.provider in loaded.available_providers
    assert loaded.runtime


def test_a_classifier_answers_with_probabilities(tmp_path: Path) -> None:
    faces = np.random.default_rng(1).integers(0, 256, (3, 1, 48, 48)).astype(np.float32)
    (probabilities,) = load(made(tmp_path, network())).run(faces)
    assert probabilities == pytest.approx(expected(faces), abs=1e-4)


def test_a_finder_answers_pictures_of_any_sides_with_its_cells(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 1, 64, 96)).astype(np.float32)
    answers = load(made(tmp_path, finder(), FINDER), FINDER).run(images)
    assert [each.shape for each in answers] == [(2, 15, 8, 12), (2, 15, 4, 6), (2, 15, 2, 3)]
    assert [each.shape for each in answers] == shapes(CONTRACTS[FINDER], images)
    assert rows(answers) == pytest.approx(expected_of_eyes(FINDER, images), abs=1e-3)


def test_a_landmarker_answers_with_landmarks_what_is_visible_and_angles(tmp_path: Path) -> None:
    faces = np.random.default_rng(1).integers(0, 256, (3, 1, 64, 64)).astype(np.float32)
    answers = load(made(tmp_path, landmarker(), LANDMARKER), LANDMARKER).run(faces)
    assert [each.shape for each in answers] == [(3, 68, 2), (3, 68), (3, 3)]
    assert rows(answers) == pytest.approx(expected_of_eyes(LANDMARKER, faces), abs=1e-3)


@pytest.mark.parametrize(("task", "data"), [(CLASSIFIER, network()), (FINDER, finder()), (LANDMARKER, landmarker())])
def test_the_latency_of_each_task_is_measured(task: str, data: bytes, tmp_path: Path) -> None:
    assert 0 < load(made(tmp_path, data, task), task).latency_ms() < 1000


@pytest.mark.parametrize(
    "broken",
    [
        {"input_name": "image"},
        {"output_name": "scores"},
        {"shape": (1, 1, 48, 48)},
        {"shape": ("N", 48, 48, 1)},
        {"classes": 8},
        {"kind": DOUBLE},
    ],
    ids=["input name", "output name", "fixed batch", "other layout", "other classes", "float64"],
)
def test_a_classifier_that_breaks_the_contract_is_refused(tmp_path: Path, broken: Dict[str, Any]) -> None:
    folder = made(tmp_path, network(**broken))
    with pytest.raises(ModelError, match=r"fp32\.onnx breaks the contract: it must take face float32 N×1×48×48"):
        load(folder)


@pytest.mark.parametrize(
    ("task", "data"),
    [
        (FINDER, finder(strides=(8, 16))),
        (FINDER, finder(size=640)),
        (FINDER, landmarker()),
        (LANDMARKER, landmarker(angles=2)),
        (LANDMARKER, finder()),
    ],
    ids=["an output missing", "fixed sides", "no finder", "two angles", "no landmarker"],
)
def test_eyes_that_break_their_contract_are_refused(tmp_path: Path, task: str, data: bytes) -> None:
    sentence = {
        FINDER: r"it must take image float32 N×1×any×any and return stride8 float32 N×15×any×any and stride16",
        LANDMARKER: r"it must take face float32 N×1×64×64 and return landmarks float32 N×68×2 and visible",
    }[task]
    folder = made(tmp_path, data, task)
    with pytest.raises(ModelError, match=sentence):
        load(folder, task)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path, b"no network")
    with pytest.raises(ModelError, match=r"fp32\.onnx does not load in ONNX Runtime"):
        load(folder)


@pytest.mark.parametrize(("task", "data"), [(CLASSIFIER, network()), (FINDER, finder()), (LANDMARKER, landmarker())])
def test_a_model_that_gives_other_outputs_than_where_it_was_made_is_refused(
    task: str, data: bytes, tmp_path: Path
) -> None:
    folder = demanding(made(tmp_path, data, task))
    with pytest.raises(ModelError, match="fails its golden batch on CPUExecutionProvider: its outputs differ by"):
        load(folder, task)


@pytest.mark.parametrize("broken", [{"blind": True}, {"stiff": True}], ids=["sees nothing", "sees a corner"])
def test_a_finder_that_sees_other_than_it_should_is_refused(broken: Dict[str, Any], tmp_path: Path) -> None:
    folder = made(tmp_path, finder(**broken), FINDER)
    with pytest.raises(ModelError, match="fails its golden batch"):
        load(folder, FINDER)


def test_sums_that_would_overflow_are_computed_in_float32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = []
    folder, options = made(tmp_path, network()), session.runtime().SessionOptions

    class Options(options):  # type: ignore[misc,valid-type]  # a class of a module without types
        def add_session_config_entry(self, key: str, value: str) -> None:
            entries.append((key, value))
            super().add_session_config_entry(key, value)

    monkeypatch.setattr(session.runtime(), "SessionOptions", Options)
    for saturates in (True, False):
        monkeypatch.setattr(session, "int8_saturates", lambda saturates=saturates: saturates)
        load(folder)
        assert (IN_FLOAT32 in entries) is saturates
        entries.clear()


def test_without_onnx_runtime_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError("No module named 'onnxruntime'")

    folder = made(tmp_path, network())
    monkeypatch.setattr("fer_wire.onnx_runtime.importlib.import_module", missing)
    with pytest.raises(ModelError, match=r"ONNX Runtime is not installed .*; pip install 'fer-agent\[cpu\]'"):
        load(folder)
