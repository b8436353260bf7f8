"""fer-models landmarker, from archives to a table."""

import json
from pathlib import Path

import pytest
from fer_models.cli import run
from fer_models.zoo.verification import verify_entry
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

    release = ["landmarker", "release", str(tmp_path / "run" / "checkpoint.pt"), "--data", archives]
    assert run([*release, "--out", str(tmp_path / "zoo"), "--commit", "abc"]) == 0
    entry = tmp_path / "zoo" / "landmarker" / "0.1.0"
    manifest = verify_entry(entry)
    assert (manifest.face_px, manifest.golden.faces, manifest.golden.px) == (64, 2, 64)
    assert "landmark error, profiles, yaw 60–90" in {each.name for each in manifest.variants[0].measured}
    assert (
        run([*train[:4], "--out", str(tmp_path / "again"), "--samples", "64", "--batch", "64", "--start", str(entry)])
        == 0
    )
    capsys.readouterr()

    evaluate = ["landmarker", "evaluate", str(file), "--data", archives, "--dlib"]
    assert run([*evaluate, "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert set(results) == {"landmarker", "dlib"}
    assert results["landmarker"]["profiles, yaw 60–90"]["faces"] > 0

    assert run(evaluate) == 0
    assert "mean error in %" in capsys.readouterr().out
