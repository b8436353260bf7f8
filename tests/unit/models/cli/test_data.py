"""fer-models data says what data sets hold, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from fer_models.cli import run
from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import CLASSES
from fer_models.data.sources import PUBLIC_TEST, TRAINING
from fer_wire import EMOTIONS
from made_models import made_faces, write_images


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", TRAINING, made_faces(14))
    write_images(tmp_path / "data", PUBLIC_TEST, made_faces(7, seed=1))
    return tmp_path / "data"


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    path.write_text(f"path,{','.join(CLASSES)}\ntrain/sad/Training_00004.jpg,0,0,0,9,0,0,1,0,0,0\n")
    return path


def test_one_json_document_holds_everything(data: Path, votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(["--data", str(data), "--votes", str(votes)], capsys)
    assert list(found) == ["parts", "duplicates", "class_weights", "votes"]
    assert [(part["split"], part["images"], part["cached"]) for part in found["parts"]] == [
        (TRAINING, 14, False),
        (PUBLIC_TEST, 7, False),
    ]
    assert found["parts"][0]["emotions"] == dict.fromkeys(EMOTIONS, 2)
    assert found["class_weights"]["balanced"] == dict.fromkeys(EMOTIONS, 1.0)
    assert found["votes"] == {"split": TRAINING, "images": 14, "matched": 1}
    assert [(each["split"], each["among"]) for each in found["duplicates"]] == [
        (TRAINING, TRAINING),
        (PUBLIC_TEST, TRAINING),
        (PUBLIC_TEST, PUBLIC_TEST),
    ]


def test_a_second_look_comes_from_the_cache_unless_it_may_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _json(["--data", str(data)], capsys)
    assert [part["cached"] for part in _json(["--data", str(data)], capsys)["parts"]] == [True, True]
    uncached = _json(["--data", str(data), "--no-cache"], capsys)
    assert [part["cached"] for part in uncached["parts"]] == [False, False]


def test_data_sets_are_added_up_and_the_duplicates_between_them_found(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faces = made_faces(14)
    moved = LabelledFaces(faces.images, (faces.labels + 1) % 7, faces.names)
    write_images(tmp_path / "more", TRAINING, moved)
    found = _json(["--data", str(data), "--data", str(tmp_path / "more")], capsys)
    assert [part["images"] for part in found["parts"]] == [28, 7]
    assert found["duplicates"][0]["exact"] == {"images": 28, "conflicting": 28}


def test_people_get_tables_and_sentences(data: Path, votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "--data", str(data), "--votes", str(votes)]) == 0
    out = capsys.readouterr().out
    assert "Images and class weights" in out
    assert "Images that occur again" in out
    assert out.endswith("1 of the 14 images of Training have votes.\n")
    assert "Training was read in " in out


def test_a_data_set_without_any_split_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_text("emotion,pixels,Usage\n")
    assert run(["data", "--data", str(path)]) == 1
    assert capsys.readouterr().err.strip() == (
        f"error: {path} has no image for any of Training, PublicTest, PrivateTest; give a data set."
    )


def test_a_missing_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "--data", str(tmp_path / "absent.zip")]) == 1
    assert capsys.readouterr().err.strip().startswith(f"error: Cannot read {tmp_path}/absent.zip (No such file")


def _json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["data", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found
