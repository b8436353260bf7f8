"""fer-models finder, from archives to a table."""

import json
from pathlib import Path
from typing import Any

import pytest
from fer_models.cli import run
from made_eyes import write_archives

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


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
    (results,) = lines(capsys)
    assert [each["finder"].split(" at ")[0].split(",")[0] for each in results] == ["finder", "dlib HOG", "dlib HOG"]
    assert results[0]["tallies"]["yaw 60–90"]["faces"] == 1
    assert list((tmp_path / "pictures").glob("*.png"))

    assert run(evaluate) == 0
    assert "faces found in %" in capsys.readouterr().out


def test_archives_that_are_missing_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["finder", "train", "--data", str(tmp_path)]) == 1
    assert (
        "landmarks.zip cannot be read as the archive landmarks (No such file or directory)" in capsys.readouterr().err
    )


def test_a_file_that_is_no_yunet_is_refused(archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "yunet.onnx").write_bytes(b"nothing")
    evaluate = ["finder", "evaluate", "--data", str(archives), "--yunet", str(tmp_path / "yunet.onnx")]
    assert run([*evaluate, str(tmp_path / "missing.onnx")]) == 1
    assert "missing.onnx does not load" in capsys.readouterr().err
