"""fer-models landmarker, from archives to a table."""

import json
from pathlib import Path

import pytest
from fer_models.cli import run
from made_eyes import write_archives

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def test_a_landmarker_is_trained_exported_and_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archives = str(write_archives(tmp_path / "detect"))
    train = ["landmarker", "train", "--data", archives, "--out", str(tmp_path / "run"), "--batch", "8"]
    assert run([*train, "--samples", "64", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["seen"] == 64
    assert "landmarks, yaw 0–30, percent" in entry

    file = tmp_path / "landmarker.onnx"
    assert run(["landmarker", "export", str(tmp_path / "run" / "checkpoint.pt"), "--out", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == file.stat().st_size

    evaluate = ["landmarker", "evaluate", str(file), "--data", archives, "--dlib"]
    assert run([*evaluate, "--json"]) == 0
    results = json.loads(capsys.readouterr().out)
    assert set(results) == {"landmarker", "dlib"}
    assert results["landmarker"]["profiles, yaw 60–90"]["faces"] > 0

    assert run(evaluate) == 0
    assert "mean error in %" in capsys.readouterr().out
