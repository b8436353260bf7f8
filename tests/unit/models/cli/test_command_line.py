"""The commands print for people or as JSON, and say their errors in a sentence."""

import json
import sys
from pathlib import Path

import pytest
from fer_models.cli import run
from made_models import made_faces, write_entry, write_images, write_network

PYTORCH_MISSING = "error: This command needs PyTorch, which is not installed; run: pip install 'fer-models[train]'.\n"


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    write_entry(tmp_path / "entry")
    return tmp_path / "entry"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", "PublicTest", made_faces(21))
    return tmp_path / "data"


def test_verify_says_what_holds(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(entry)]) == 0
    assert capsys.readouterr().out == "small@1.0.0/fp32: keeps the contract and reproduces the golden batch.\n"


def test_verify_prints_one_json_document(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(entry), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["ok"], list(found["files"])) == ("small@1.0.0", True, ["fp32.onnx"])


def test_a_broken_entry_is_one_sentence_and_exit_status_1(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (entry / "fp32.onnx").unlink()
    assert run(["verify", str(entry)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert "fp32.onnx is missing" in captured.err


def test_debug_lets_the_traceback_through(entry: Path) -> None:
    (entry / "fp32.onnx").unlink()
    with pytest.raises(Exception, match="is missing"):
        run(["verify", str(entry), "--debug"])


def test_wrong_use_is_exit_status_2() -> None:
    assert run(["verify"]) == 2


def test_evaluate_prints_one_json_document_for_all_variants(
    entry: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", str(entry), "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["split"] == "PublicTest"
    assert found["files"]["fp32.onnx"]["images"] == 21
    assert sum(sum(row) for row in found["files"]["fp32.onnx"]["confusion"]) == 21


def test_evaluate_prints_a_table_for_people(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_network(tmp_path / "one.onnx")
    assert run(["evaluate", str(model), "--data", str(data)]) == 0
    assert "21 images, accuracy" in " ".join(capsys.readouterr().out.split())


def test_evaluate_names_a_split_that_is_not_there(entry: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(entry), "--data", str(data), "--split", "PrivateTest"]) == 1
    assert "has no image named PrivateTest_*" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--data", "x.zip"],
        ["quantize", "--checkpoint", "c.pt", "--data", "x.zip"],
        ["export", "--checkpoint", "c.pt", "--data", "x.zip"],
    ],
    ids=["train", "quantize", "export"],
)
def test_without_pytorch_a_command_names_the_extra(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name == "torch" or name.startswith(("torch.", "fer_models."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run(arguments) == 1
    assert capsys.readouterr().err == PYTORCH_MISSING
