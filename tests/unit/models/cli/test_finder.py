"""fer-models finder, from archives to a table."""

import json
from pathlib import Path
from typing import Any

import pytest
from fer_models.cli import run
from fer_models.zoo.verification import verify_entry
from made_eyes import write_archives
from made_models import write_finder

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


MOST_BYTES = 65_536


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    return write_archives(tmp_path / "detect")


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_finder_is_trained_exported_and_evaluated(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["finder", "train", "--data", str(archives), "--out", str(tmp_path / "run"), "--px", "96", "--batch", "8"]
    assert run([*train, "--samples", "64", "--json"]) == 0
    (entry,) = lines(capsys)
    assert entry["seen"] == 64
    assert "false_per_100" in entry

    file = tmp_path / "finder.onnx"
    assert run(["finder", "export", str(tmp_path / "run" / "checkpoint.pt"), "--out", str(file), "--json"]) == 0
    (exported,) = lines(capsys)
    assert exported["samples"] == 64
    assert exported["bytes"] == file.stat().st_size

    evaluate = ["finder", "evaluate", str(file), "--data", str(archives), "--most", "1", "--dlib"]
    assert run([*evaluate, "--out", str(tmp_path / "pictures"), "--json"]) == 0
    (document,) = lines(capsys)
    results = document["results"]
    assert document["command"].startswith("fer-models")
    assert [each["finder"].split(" at ")[0].split(",")[0] for each in results] == ["finder", "dlib HOG", "dlib HOG"]
    assert results[0]["tallies"]["yaw 60–90"]["faces"] == 1
    assert list((tmp_path / "pictures").glob("*.png"))

    assert run(evaluate) == 0
    assert "faces found in %" in capsys.readouterr().out


def test_a_trained_finder_becomes_an_entry_of_the_zoo_from_which_training_goes_on(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["finder", "train", "--data", str(archives), "--px", "96", "--batch", "8", "--samples", "64"]
    assert run([*train, "--out", str(tmp_path / "run")]) == 0
    release = ["finder", "release", str(tmp_path / "run" / "checkpoint.pt"), "--data", str(archives)]
    assert run([*release, "--out", str(tmp_path / "zoo"), "--most", "1", "--commit", "abc"]) == 0
    entry = tmp_path / "zoo" / "finder" / "0.1.0"
    manifest = verify_entry(entry)
    assert [variant.precision for variant in manifest.variants] == ["fp32", "fp16", "int8"]
    assert {each.name for each in manifest.variants[2].measured} >= {"faces found, yaw 60–90", "false faces, faceless"}
    assert manifest.command.startswith("fer-models finder train --data detect --samples 64 ")
    assert len((entry / "manifest.json").read_bytes()) < MOST_BYTES
    assert "WIDER FACE (research)" in (entry / "card.md").read_text()

    assert run([*train, "--out", str(tmp_path / "again"), "--start", str(entry)]) == 0
    capsys.readouterr()
    evaluate = ["finder", "evaluate", str(entry), "--data", str(archives), "--most", "1", "--precision", "int8"]
    assert run([*evaluate, "--json"]) == 0
    (document,) = lines(capsys)
    (result,) = document["results"]
    assert result["finder"] == "finder 0.1.0 int8 at 0.5"

    assert run([*release, "--out", str(tmp_path / "zoo")]) == 1
    assert "exists; give a new --version" in capsys.readouterr().err


def test_the_faces_of_a_clip_are_counted(archives: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate = ["finder", "evaluate", "--data", str(archives), "--most", "1", "--json"]
    blind = write_finder(archives / "blind.onnx")
    assert run([*evaluate, str(blind), "--score", "0.99", "--clip", f"{data_dir / 'clips' / 'no_face.mp4'}=0"]) == 0
    (document,) = lines(capsys)
    (result,) = document["results"]
    assert (result["clips"]["no_face"]["pictures"], result["clips"]["no_face"]["faces"]) == (95, 0)
    assert run([*evaluate, str(blind), "--clip", f"{blind}=1"]) == 2
    assert "blind.onnx=1 is not a clip; give FILE=FACES" in capsys.readouterr().err


def test_archives_that_are_missing_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["finder", "train", "--data", str(tmp_path)]) == 1
    assert (
        "landmarks.zip cannot be read as the archive landmarks (No such file or directory)" in capsys.readouterr().err
    )


def test_a_file_that_is_no_yunet_is_refused(archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "yunet.onnx").write_bytes(b"nothing")
    evaluate = ["finder", "evaluate", "--data", str(archives), "--yunet", str(tmp_path / "yunet.onnx")]
    assert run([*evaluate, str(tmp_path / "missing.onnx")]) == 1
    assert "missing.onnx does not exist; give an .onnx file" in capsys.readouterr().err
