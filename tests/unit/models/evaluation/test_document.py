"""Which files and images are evaluated, and what is written of it."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.errors import ContractError, DatasetError
from fer_models.evaluation.document import as_text, document, evaluate_file, write
from fer_models.evaluation.files import model_files
from fer_models.evaluation.images import EvaluationImages, load_images, unseen_among
from fer_models.evaluation.views import VIEWS
from hypothesis import given
from hypothesis import strategies as st
from made_models import made_faces, write_entry, write_images, write_network

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def images(count: int = 21, unseen: int = 14) -> EvaluationImages:
    return EvaluationImages(made_faces(count), np.arange(unseen), None)


def test_a_zoo_entry_gives_its_files_with_their_names_and_precisions(tmp_path: Path) -> None:
    write_entry(tmp_path / "entry")
    (file,) = model_files([tmp_path / "entry"]).values()
    assert (file.title, file.group) == ("small 1.0.0 fp32", "small-1.0.0")


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [tmp_path / name / "fp32.onnx" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        write_network(path)
    assert [name.split("/")[-2:] for name in model_files(paths)] == [["one", "fp32.onnx"], ["two", "fp32.onnx"]]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"none\.onnx does not exist; give an \.onnx file"):
        model_files([tmp_path / "none.onnx"])


def test_images_that_equal_a_training_image_are_left_out_and_the_rest_keep_their_order() -> None:
    test, training = made_faces(21), made_faces(14, seed=1)
    training.images[3] = test.images[5]
    training.images[4] = test.images[20]
    assert unseen_among(test, training).tolist() == [n for n in range(21) if n not in {5, 20}]


def test_a_data_set_with_training_images_tells_unseen_from_known(tmp_path: Path) -> None:
    faces = made_faces(21)
    write_images(tmp_path, "PublicTest", faces)
    write_images(tmp_path, "Training", LabelledFaces(faces.images[:7], faces.labels[:7], faces.names[:7]))
    found = load_images(tmp_path, "PublicTest")
    assert found.unseen is not None
    assert (len(found.faces), len(found.unseen), found.reason) == (21, 14, None)


def test_without_training_images_the_reason_is_kept(tmp_path: Path) -> None:
    write_images(tmp_path, "PublicTest", made_faces(21))
    found = load_images(tmp_path, "PublicTest")
    assert found.unseen is None
    assert "no training images to compare with" in (found.reason or "")


def test_the_training_images_are_not_compared_with_themselves(tmp_path: Path) -> None:
    write_images(tmp_path, "Training", made_faces(21))
    assert load_images(tmp_path, "Training").reason == "these are the training images themselves"


def test_a_test_split_of_known_images_alone_has_no_unseen_ones(tmp_path: Path) -> None:
    for split in ("Training", "PublicTest"):
        write_images(tmp_path, split, made_faces(21))
    assert load_images(tmp_path, "PublicTest").reason == "every image is among the training images"


def test_a_missing_split_stays_an_error(tmp_path: Path) -> None:
    write_images(tmp_path, "PublicTest", made_faces(21))
    with pytest.raises(DatasetError):
        load_images(tmp_path, "PrivateTest")


def test_a_file_is_measured_in_every_view_with_and_without_known_images(tmp_path: Path) -> None:
    done: list[int] = []
    (file,) = model_files([write_network(tmp_path / "small.onnx")]).values()
    found = evaluate_file(file, images(), VIEWS, 1, done.append)
    assert sum(done) == 21 * 13
    assert list(found["views"]) == list(found["deduplicated"]) == list(VIEWS)
    assert found["accuracy"] == found["views"]["single"]["accuracy"]
    assert {each["images"] for each in found["deduplicated"].values()} == {14}
    assert found["sha256"] == hashlib.sha256(file.path.read_bytes()).hexdigest()
    assert found["parameters"] > 0


def test_what_is_written_names_command_data_and_the_images_left_out(tmp_path: Path) -> None:
    files = model_files([write_network(tmp_path / "small.onnx")])
    figures = {name: evaluate_file(file, images(), ["single"], 1, lambda _: None) for name, file in files.items()}
    found = document("a command", tmp_path / "faces.zip", "PublicTest", ["single"], images(), figures)
    paths = write(found, files, tmp_path / "out" / "deeper")
    assert [path.name for path in paths] == [
        "evaluate-small.json",
        "confusion-small.png",
        "reliability-small.png",
    ]
    written = json.loads(paths[0].read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(found))
    assert (written["command"], written["data"]) == ("a command", "faces.zip")
    assert written["deduplicated"] == {"images": 14, "removed": 7}
    assert all(path.stat().st_size > 1000 for path in paths)


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_the_text_for_people_is_the_same_json(value: dict[str, object]) -> None:
    assert json.loads(as_text(value)) == value


def test_a_row_of_numbers_stands_on_one_line() -> None:
    assert '"rows": [\n  [1, 2],\n  [3, 4]\n ]' in as_text({"rows": [[1, 2], [3, 4]]})
