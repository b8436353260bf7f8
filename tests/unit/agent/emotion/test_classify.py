from pathlib import Path
from typing import Any, Dict

import numpy as np
import pytest
from fer_agent.emotion import classify
from fer_agent.emotion.classify import Classifier
from fer_agent.errors import ModelError
from fer_agent.settings import EmotionSettings
from fer_wire.int8 import IN_FLOAT32
from tiny_onnx import DOUBLE, expected, network, write_model


def load(folder: Path, **settings: Any) -> Classifier:
    return Classifier.load(EmotionSettings(model=folder, **settings), folder / "state")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", {"fp32": network(), "fp16": network(), "int8": network()})


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


def test_it_says_what_runs_and_where(folder: Path) -> None:
    classifier = load(folder, precision="fp32")
    assert classifier.reference == "tiny@1.0.0/fp32"
    assert classifier.provider == "CPUExecutionProvider"
    assert classifier.provider in classifier.available_providers
    assert classifier.runtime


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_an_explicit_precision_is_obeyed(folder: Path, precision: str) -> None:
    assert load(folder, precision=precision).reference == f"tiny@1.0.0/{precision}"


def test_auto_takes_the_candidate_that_measures_fastest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latency_ms = {"tiny@1.0.0/fp32": 2.0, "tiny@1.0.0/int8": 3.0, "tiny@1.0.0/fp16": 1.0}
    monkeypatch.setattr(Classifier, "latency_ms", lambda self: latency_ms[self.reference])
    assert load(folder).reference == "tiny@1.0.0/fp32"  # fp16 is no candidate on a CPU


def test_auto_passes_over_a_candidate_that_cannot_be_used_here(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_model(tmp_path / "model", {"int8": network(classes=5), "fp32": network()})
    assert load(folder).reference == "tiny@1.0.0/fp32"
    assert "A variant is skipped: " in caplog.text
    with pytest.raises(ModelError, match="breaks the contract"):
        load(folder, precision="int8")


def test_sums_that_would_overflow_are_computed_in_float32(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = []
    options = classify.runtime().SessionOptions

    class Options(options):  # type: ignore[misc,valid-type]  # a class of a module without types
        def add_session_config_entry(self, key: str, value: str) -> None:
            entries.append((key, value))
            super().add_session_config_entry(key, value)

    monkeypatch.setattr(classify.runtime(), "SessionOptions", Options)
    for saturates in (True, False):
        monkeypatch.setattr(classify, "int8_saturates", lambda saturates=saturates: saturates)
        load(folder, precision="int8")
        assert (IN_FLOAT32 in entries) is saturates
        entries.clear()


def test_auto_takes_what_there_is(tmp_path: Path) -> None:
    assert load(write_model(tmp_path / "m", {"fp16": network()})).reference == "tiny@1.0.0/fp16"


def test_the_latency_is_measured(folder: Path) -> None:
    assert 0 < load(folder, precision="fp32").latency_ms() < 1000


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
def test_a_model_that_breaks_the_contract_is_refused(tmp_path: Path, broken: Dict[str, Any]) -> None:
    folder = write_model(tmp_path / "m", {"fp32": network(**broken)})
    with pytest.raises(ModelError, match=r"fp32\.onnx breaks the contract: it must take face float32 N×1×48×48"):
        load(folder)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", {"fp32": b"no network"})
    with pytest.raises(ModelError, match=r"fp32\.onnx does not load in ONNX Runtime"):
        load(folder)


def test_a_model_that_gives_other_outputs_than_where_it_was_made_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", {"fp32": network()}, tolerance=1e-12)
    with pytest.raises(ModelError, match="fails its golden batch on CPUExecutionProvider: its outputs differ by"):
        load(folder)


def test_without_onnx_runtime_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError("No module named 'onnxruntime'")

    monkeypatch.setattr("fer_agent.emotion.classify.importlib.import_module", missing)
    with pytest.raises(ModelError, match=r"ONNX Runtime is not installed .*; pip install 'fer-agent\[cpu\]'"):
        load(folder)
