"""FER+ votes find their faces and become distributions over the seven labels."""

import re
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import AUTO, CLASSES, NONE, VOTES_FILE, load_votes, translated, votes_file
from fer_models.errors import DatasetError
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

HEAD = f"path,{','.join(CLASSES)}"
OFFICIAL_HEAD = f"Usage,Image name,{','.join(CLASSES)}"
OTHER_DATA = (
    "{} has votes for none of the 1 images, of which the first is sad/Training_7.jpg; give the votes of this data set."
)
NEUTRAL, HAPPINESS = "10,0,0,0,0,0,0,0,0,0", "1,9,0,0,0,0,0,0,0,0"


def test_votes_are_matched_by_folder_and_file_and_the_rest_is_zero(tmp_path: Path) -> None:
    votes = load_votes(
        _table(tmp_path, HEAD, f"train/sad/Training_1.jpg,{NEUTRAL}", f"train/happy/Training_2.jpg,{HAPPINESS}"),
        _faces("elsewhere/happy/Training_2.jpg", "sad/Training_3.jpg", "sad/Training_1.jpg"),
    )
    assert votes.dtype == np.float32
    assert votes[:, :2].tolist() == [[1, 9], [0, 0], [10, 0]]
    assert votes[:, 2:].sum() == 0


def test_a_file_name_alone_is_enough_where_it_occurs_once(tmp_path: Path) -> None:
    table = _table(tmp_path, HEAD, f"train/sad/Training_1.jpg,{NEUTRAL}", f"train/happy/Training_2.jpg,{HAPPINESS}")
    assert load_votes(table, _faces("Sadness/Training_1.jpg"))[0, 0] == 10


def test_a_file_name_that_occurs_twice_needs_its_folder(tmp_path: Path) -> None:
    table = _table(tmp_path, HEAD, f"angry/Training_1.jpg,{NEUTRAL}", f"surprise/Training_1.jpg,{HAPPINESS}")
    votes = load_votes(table, _faces("surprise/Training_1.jpg", "sad/Training_1.jpg"))
    assert votes[:, :2].tolist() == [[1, 9], [0, 0]]


def test_a_second_picture_of_the_same_name_does_not_inherit_the_votes(tmp_path: Path) -> None:
    table = _table(tmp_path, HEAD, f"angry/Training_1.jpg,{NEUTRAL}")
    votes = load_votes(table, _faces("angry/Training_1.jpg", "sad/Training_1.jpg"))
    assert votes[:, 0].tolist() == [10, 0]


def test_the_official_table_is_matched_by_row_because_its_names_drift(tmp_path: Path) -> None:
    table = _table(
        tmp_path,
        OFFICIAL_HEAD,
        f"Training,fer0000000.png,{NEUTRAL}",
        "Training,,0,0,0,0,0,0,0,0,0,10",
        f"PublicTest,fer0000001.png,{HAPPINESS}",
    )
    faces = _faces("PublicTest/fer0000002.png", "Training/fer0000001.png", "Training/fer0000000.png")
    assert load_votes(table, faces)[:, [0, 1, 9]].tolist() == [[1, 9, 0], [0, 0, 10], [10, 0, 0]]


def test_no_faces_have_no_votes(tmp_path: Path) -> None:
    assert load_votes(_table(tmp_path, HEAD), _faces()).shape == (0, 10)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            [HEAD.removesuffix(",NF"), ""],
            "{} lacks the column NF; give a file with a path column or FER+'s fer2013new.csv.",
        ),
        (
            [HEAD.removeprefix("path,").replace("fear,", ""), ""],
            "{} lacks the columns fear, path; give a file with a path column or FER+'s fer2013new.csv.",
        ),
        ([HEAD, "a/b.jpg,1,2"], "{}, line 2: 3 columns instead of 11; fetch the file again."),
        (
            [HEAD, f"a/b.jpg,{NEUTRAL}", "a/c.jpg,1,0,0,-3,0,0,0,0,0,0"],
            "{}, line 3, column sadness: '-3' is not a number of votes; write a whole number, 0 or more.",
        ),
        (
            [HEAD, f"angry/Training_1.jpg,{NEUTRAL}"],
            OTHER_DATA,
        ),
    ],
    ids=["a column", "two columns", "a short row", "a negative number", "another data set"],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, lines: list[str], sentence: str) -> None:
    table = _table(tmp_path, *lines)
    with pytest.raises(DatasetError, match=_exactly(sentence.format(table))):
        load_votes(table, _faces("sad/Training_7.jpg"))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "absent.csv"
    sentence = (
        f"Cannot read {path} as FER+ votes ([Errno 2] No such file or directory: '{path}'); "
        "give a file with a path column or FER+'s fer2013new.csv."
    )
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_votes(path, _faces("sad/Training_7.jpg"))


def test_a_picture_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(DatasetError, match=r"Cannot read .*votes\.csv as FER\+ votes \('utf-8' codec can't decode"):
        load_votes(path, _faces("sad/Training_7.jpg"))


@st.composite
def voted(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    count = draw(st.integers(1, 30))
    votes = draw(arrays.arrays(np.float32, (count, len(CLASSES)), elements=st.integers(0, 10)))
    labels = draw(arrays.arrays(np.int64, count, elements=st.integers(0, len(EMOTIONS) - 1)))
    return votes, labels


@given(voted())
def test_each_face_gets_a_distribution(case: tuple[np.ndarray, np.ndarray]) -> None:
    soft = translated(*case)
    assert (soft.dtype, soft.shape) == (np.dtype(np.float32), (len(case[1]), len(EMOTIONS)))
    assert (soft >= 0).all()
    assert np.allclose(soft.sum(axis=1), 1, atol=1e-5)


@given(voted())
def test_a_face_without_votes_keeps_its_label_and_one_with_votes_is_never_certain(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    votes, labels = case
    soft, without = translated(votes, labels), votes.sum(axis=1) == 0
    assert (soft[without] == np.eye(len(EMOTIONS), dtype=np.float32)[labels[without]]).all()
    assert (soft[~without] > 0).all()


@given(voted(), st.integers(0, 2**16))
def test_the_order_of_the_faces_changes_nothing(case: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    votes, labels = case
    order = np.random.default_rng(seed).permutation(len(labels))
    assert np.allclose(translated(votes, labels)[order], translated(votes[order], labels[order]), atol=1e-5)


def test_a_class_means_the_labels_that_its_faces_bear() -> None:
    votes = np.zeros((200, len(CLASSES)), np.float32)
    votes[:, CLASSES.index("contempt")] = 10
    labels = np.array([EMOTIONS.index("angry"), EMOTIONS.index("neutral")] * 100)
    soft = translated(votes, labels)[0]
    assert soft[EMOTIONS.index("angry")] == pytest.approx(0.5, abs=0.01)
    assert soft[EMOTIONS.index("neutral")] == pytest.approx(0.5, abs=0.01)


def test_votes_are_looked_for_beside_the_data_unless_they_are_named_or_not_wanted(tmp_path: Path) -> None:
    data = tmp_path / "fer2013.zip"
    assert votes_file([data], AUTO) is None
    (tmp_path / VOTES_FILE).touch()
    assert votes_file([data], AUTO) == tmp_path / VOTES_FILE
    assert votes_file([data], NONE) is None
    assert votes_file([data], "mine.csv") == Path("mine.csv")


def _table(folder: Path, *lines: str) -> Path:
    path = folder / "votes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _faces(*names: str) -> LabelledFaces:
    return LabelledFaces(np.zeros((len(names), 48, 48), np.uint8), np.zeros(len(names), np.int64), list(names))


def _exactly(sentence: str) -> str:
    return f"^{re.escape(sentence)}$"
