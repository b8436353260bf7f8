from pathlib import Path
from typing import Dict

import pytest
from fer_agent.errors import ModelError
from fer_agent.inference import choice
from fer_agent.inference.choice import of_the_settings, tasks_of, why_dlib
from fer_agent.inference.network import Network
from fer_agent.inference.zoo import default_model
from fer_agent.settings import Settings
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from tiny_eyes import finder, landmarker, write_eyes
from tiny_onnx import network, write_model


def load(folder: Path, precision: str = "auto") -> Network:
    emotion = {"model": folder, "precision": precision}
    return of_the_settings(CLASSIFIER, Settings.model_validate({"state_dir": folder / "state", "emotion": emotion}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", {"fp32": network(), "fp16": network(), "int8": network()})


@pytest.fixture
def eyes(tmp_path: Path) -> Dict[str, Path]:
    """A finder and a landmarker, by setting."""
    return {
        "finder_model": write_eyes(tmp_path / "finder", FINDER, {"fp32": finder()}),
        "landmarker_model": write_eyes(tmp_path / "landmarker", LANDMARKER, {"fp32": landmarker()}),
    }


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_an_explicit_precision_is_obeyed(folder: Path, precision: str) -> None:
    assert load(folder, precision).reference == f"tiny@1.0.0/{precision}"


def test_auto_takes_the_candidate_that_measures_fastest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latency_ms = {"tiny@1.0.0/fp32": 2.0, "tiny@1.0.0/int8": 3.0, "tiny@1.0.0/fp16": 1.0}
    monkeypatch.setattr(Network, "latency_ms", lambda self: latency_ms[self.reference])
    assert load(folder).reference == "tiny@1.0.0/fp32"  # fp16 is no candidate on a CPU


def test_auto_takes_the_likeliest_of_those_that_are_nearly_as_fast(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    latency_ms = {"tiny@1.0.0/fp32": 2.0, "tiny@1.0.0/int8": 2.4, "tiny@1.0.0/fp16": 1.0}
    monkeypatch.setattr(Network, "latency_ms", lambda self: latency_ms[self.reference])
    assert load(folder).reference == "tiny@1.0.0/int8"


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


def seen_by(**faces: object) -> Settings:
    return Settings.model_validate({"faces": faces})


def test_where_a_finder_and_a_landmarker_are_installed_they_find_the_faces(eyes: Dict[str, Path]) -> None:
    settings = seen_by(**eyes)
    assert why_dlib(settings) == ""
    assert tasks_of(settings) == (CLASSIFIER, FINDER, LANDMARKER)
    assert of_the_settings(FINDER, settings).reference == "tiny-finder@1.0.0/fp32"


@pytest.mark.parametrize("missing", [FINDER, LANDMARKER])
def test_where_one_of_them_is_not_installed_dlib_does_and_the_reason_is_told(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        choice, "default_model", lambda task: tmp_path / "nowhere" if task == missing else default_model(task)
    )
    assert why_dlib(seen_by()).startswith(f"There is no model in {tmp_path / 'nowhere'}: manifest.json is missing.")
    assert tasks_of(seen_by()) == (CLASSIFIER,)


@pytest.mark.parametrize("wrong", ["finder_model", "landmarker_model"])
def test_a_named_model_that_is_missing_or_of_another_task_is_an_error_and_no_reason_for_dlib(
    eyes: Dict[str, Path], wrong: str, tmp_path: Path
) -> None:
    task = {"finder_model": FINDER, "landmarker_model": LANDMARKER}[wrong]
    other = next(path for name, path in eyes.items() if name != wrong)
    for path, sentence in ((tmp_path / "nowhere", "There is no model in"), (other, "is a")):
        settings = seen_by(**{**eyes, wrong: path})
        assert tasks_of(settings) == (CLASSIFIER, FINDER, LANDMARKER)
        with pytest.raises(ModelError, match=sentence):
            of_the_settings(task, settings)


def test_the_settings_may_insist_on_either(eyes: Dict[str, Path], tmp_path: Path) -> None:
    assert why_dlib(seen_by(**eyes, finder="dlib")) == "faces.finder says so."
    assert why_dlib(seen_by(finder="zoo", finder_model=tmp_path / "nowhere")) == ""


def test_a_classifier_is_no_finder(eyes: Dict[str, Path], folder: Path) -> None:
    with pytest.raises(ModelError, match=r"is a classifier, not a finder; correct faces\.finder_model"):
        of_the_settings(FINDER, seen_by(**{**eyes, "finder_model": folder}))
