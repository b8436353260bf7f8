from pathlib import Path

import pytest
from fer_agent.errors import ModelError
from fer_agent.inference.choice import of_the_settings
from fer_agent.inference.network import Network
from fer_agent.settings import Settings
from fer_wire.contracts import CLASSIFIER
from tiny_onnx import network, write_model


def load(folder: Path, precision: str = "auto") -> Network:
    emotion = {"model": folder, "precision": precision}
    return of_the_settings(CLASSIFIER, Settings.model_validate({"state_dir": folder / "state", "emotion": emotion}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", {"fp32": network(), "fp16": network(), "int8": network()})


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_an_explicit_precision_is_obeyed(folder: Path, precision: str) -> None:
    assert load(folder, precision).reference == f"tiny@1.0.0/{precision}"


def test_auto_takes_the_candidate_that_measures_fastest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latency_ms = {"tiny@1.0.0/fp32": 2.0, "tiny@1.0.0/int8": 3.0, "tiny@1.0.0/fp16": 1.0}
    monkeypatch.setattr(Network, "latency_ms", lambda self: latency_ms[self.reference])
    assert load(folder).reference == "tiny@1.0.0/fp32"  # fp16 is no candidate on a CPU


def test_auto_passes_over_a_candidate_that_cannot_be_used_here(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_model(tmp_path / "model", {"int8": network(classes=5), "fp32": network()})
    assert load(folder).reference == "tiny@1.0.0/fp32"
    assert "A variant is skipped: " in caplog.text
    with pytest.raises(ModelError, match="breaks the contract"):
        load(folder, "int8")


def test_auto_takes_what_there_is(tmp_path: Path) -> None:
    assert load(write_model(tmp_path / "m", {"fp16": network()})).reference == "tiny@1.0.0/fp16"
