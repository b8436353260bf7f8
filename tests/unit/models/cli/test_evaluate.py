"""fer-models evaluate: several models, every view, pictures, and its errors as sentences."""

import json
from pathlib import Path

import pytest
from fer_models.cli import run
from fer_models.data.faces import LabelledFaces
from made_models import made_faces, write_entry, write_images, write_network


@pytest.fixture
def data(tmp_path: Path) -> Path:
    faces = made_faces(21)
    write_images(tmp_path / "data", "PublicTest", faces)
    write_images(tmp_path / "data", "Training", LabelledFaces(faces.images[:7], faces.labels[:7], faces.names[:7]))
    return tmp_path / "data"


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    write_entry(tmp_path / "entry")
    return tmp_path / "entry"


def test_an_entry_and_a_file_are_evaluated_in_every_view(
    entry: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_network(tmp_path / "other.onnx")
    assert run(["evaluate", str(entry), str(other), "--data", str(data), "--views", "all", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["files"]) == ["fp32.onnx", "other.onnx"]
    assert found["deduplicated"] == {"images": 14, "removed": 7}
    for figures in found["files"].values():
        assert list(figures["views"]) == ["single", "flip", "ten-crop"]
        assert figures["deduplicated"]["flip"]["images"] == 14


def test_the_folder_gets_json_and_pictures(
    entry: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["evaluate", str(entry), "--data", str(data), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "confusion-small-1.0.0-fp32.png",
        "evaluate-small-1.0.0.json",
        "reliability-small-1.0.0-fp32.png",
    ]
    assert "without the 7 images that equal a training image" in " ".join(capsys.readouterr().out.split())


def test_without_training_images_the_unseen_ones_are_null_with_the_reason(
    entry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path / "foreign", "PublicTest", made_faces(21))
    assert run(["evaluate", str(entry), "--data", str(tmp_path / "foreign"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["deduplicated"] is None
    assert found["files"]["fp32.onnx"]["deduplicated"] is None
    assert "no training images to compare with" in found["deduplicated_reason"]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["none.onnx", "--data", "DATA"], 1, "none.onnx does not exist"),
        (["ENTRY", "--data", "DATA", "--split", "Holiday"], 1, "There is no split 'Holiday'"),
        (["ENTRY", "--data", "DATA", "--views", "twelve-crop"], 2, "Invalid value for '--views'"),
        (["--data", "DATA"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_evaluated_is_said_in_a_sentence(
    arguments: list[str], status: int, sentence: str, entry: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"ENTRY": str(entry), "DATA": str(data)}
    assert run(["evaluate", *(named.get(word, word) for word in arguments)]) == status
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_a_file_that_is_no_model_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    assert run(["evaluate", str(tmp_path / "broken.onnx"), "--data", str(data)]) == 1
    assert "broken.onnx does not load in ONNX Runtime" in capsys.readouterr().err


def test_several_data_sets_stand_in_one_table_beside_another_model(
    entry: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path / "foreign", "PublicTest", made_faces(21))
    other = write_network(tmp_path / "other.onnx")
    asked = ["evaluate", str(entry), "--data", str(data), "--data", str(tmp_path / "foreign"), "--against", str(other)]
    assert run([*asked, "--poor-pictures", "--out", str(tmp_path / "out")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "small 1.0.0 fp32 on all sets, as on a device; better, worse and p against other" in said
    found = json.loads((tmp_path / "out" / "evaluate-small-1.0.0.json").read_text(encoding="utf-8"))
    sets = found["files"]["fp32.onnx"]["sets"]
    assert [each["set"] for each in sets][:3] == ["data", "foreign", "a quarter of the light"]
    assert all(each["against"]["p"] == 1 for each in sets)


def test_one_data_set_alone_has_no_table_of_sets(
    entry: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", str(entry), "--data", str(data), "--json"]) == 0
    assert "sets" not in json.loads(capsys.readouterr().out)["files"]["fp32.onnx"]
