"""What a device is measured at is what it would run, and what cannot run is named with its reason."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from fer_agent import bench
from fer_agent.errors import SettingsError
from fer_agent.inference.network import Network
from fer_agent.settings import CameraSettings, Settings
from tiny_onnx import network, write_model

MS = {"tiny@1.0.0/fp32": 2.0, "tiny@1.0.0/int8": 3.0, "tiny@1.0.0/fp16": 1.0}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = write_model(tmp_path / "model", {"fp32": network(), "fp16": network(), "int8": network()})
    return Settings.model_validate({"device": "nano-01", "state_dir": tmp_path, "emotion": {"model": folder}})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SECONDS", 0.01)


def silent(_step: str, _done: int, _steps: int) -> None:
    pass


def with_precision(settings: Settings, precision: str) -> Settings:
    emotion = settings.emotion.model_copy(update={"precision": precision})
    return settings.model_copy(update={"emotion": emotion})


def test_every_variant_is_measured_and_one_of_the_candidates_is_taken(settings: Settings) -> None:
    measured = bench.variants(settings, silent)
    assert {each.model for each in measured} == set(MS)
    assert all(each.p50_ms and each.p95_ms and each.p95_ms >= each.p50_ms for each in measured)
    assert all(each.provider == "CPUExecutionProvider" for each in measured)
    (taken,) = (each.model for each in measured if each.taken)
    assert taken in {"tiny@1.0.0/fp32", "tiny@1.0.0/int8"}  # on a CPU fp16 is no candidate


def test_what_start_would_take_is_marked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "latency_ms", lambda self: MS[self.reference])
    assert [each.model for each in bench.variants(settings, silent) if each.taken] == ["tiny@1.0.0/fp32"]


def test_a_precision_that_is_asked_for_is_measured_alone_and_taken(settings: Settings) -> None:
    (measured,) = bench.variants(with_precision(settings, "fp16"), silent)
    assert (measured.model, measured.taken) == ("tiny@1.0.0/fp16", True)


def test_a_variant_that_cannot_run_is_told_with_its_reason(tmp_path: Path, settings: Settings) -> None:
    write_model(tmp_path / "model", {"fp32": network(), "int8": network(classes=5)})
    fp32, int8 = bench.variants(settings, silent)
    assert (fp32.taken, int8.taken, int8.p50_ms) == (True, False, None)
    assert "breaks the contract" in int8.reason


def test_a_source_without_an_end_has_a_rate_of_its_own(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="demo: never ends, so only its own rate would be measured"):
        bench.pipeline(settings, CameraSettings(name="camera", source="demo:"), silent)


def test_a_folder_is_read_through_the_whole_pipeline(tmp_path: Path, settings: Settings) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):
        assert cv2.imwrite(str(pictures / f"{number}.png"), np.zeros((120, 160, 3), np.uint8))
    measured = bench.pipeline(settings, CameraSettings(name="camera", source=str(pictures)), silent)
    assert (measured.frames, measured.faces) == (3, 0)
    rounding_s, rounding_fps = 0.0005, 0.05
    assert measured.fps * measured.seconds == pytest.approx(
        measured.frames, abs=rounding_s * measured.fps + rounding_fps * measured.seconds + 0.001
    )
    assert measured.model in MS
