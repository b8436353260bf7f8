"""FER2013's CSV is read row by row, alone or packed, and a wrong value is named by its line."""

import io
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import PRIVATE_TEST, PUBLIC_TEST, TRAINING, load_split
from fer_models.errors import DatasetError
from made_models import made_faces

HEAD, ICML_HEAD = "emotion,pixels,Usage", "emotion, Usage, pixels"
BLACK = " ".join(["0"] * 2304)
TRAINED, PUBLISHED = made_faces(7), made_faces(14, seed=1)


def rows(faces: LabelledFaces, usage: str) -> list[str]:
    """The faces as FER2013's rows."""
    pixels = [" ".join(map(str, image.ravel())) for image in faces.images]
    return [f"{label},{text},{usage}" for label, text in zip(faces.labels, pixels, strict=True)]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return _written(tmp_path, HEAD, *rows(TRAINED, TRAINING), *rows(PUBLISHED, PUBLIC_TEST))


def test_a_split_is_chosen_by_its_usage(table: Path) -> None:
    faces = load_split(table, PUBLIC_TEST)
    assert (faces.images == PUBLISHED.images).all()
    assert (faces.labels == PUBLISHED.labels).all()
    assert (faces.images.dtype.name, faces.labels.dtype.name) == ("uint8", "int64")


def test_a_face_is_named_by_its_row_in_the_whole_table(table: Path) -> None:
    assert load_split(table, TRAINING).names[:2] == ["Training/fer0000000.png", "Training/fer0000001.png"]
    assert load_split(table, PUBLIC_TEST).names[0] == "PublicTest/fer0000007.png"


def test_columns_may_stand_in_another_order_after_blanks(tmp_path: Path) -> None:
    turned = [",".join([row.split(",")[i] for i in (0, 2, 1)]) for row in rows(TRAINED, TRAINING)]
    table = _written(tmp_path, ICML_HEAD, *turned)
    assert (load_split(table, TRAINING).images == TRAINED.images).all()


def test_a_zip_or_a_folder_may_hold_the_table_beside_other_files(table: Path, tmp_path: Path) -> None:
    packed = tmp_path / "challenge.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(table, "challenge/icml_face_data.csv")
        archive.writestr("challenge/train.csv", "emotion,pixels")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    table.rename(folder / "fer2013.csv")
    for source in (packed, folder):
        assert (load_split(source, TRAINING).images == TRAINED.images).all()


def test_the_tar_as_it_was_published_is_read(table: Path, tmp_path: Path) -> None:
    packed = tmp_path / "fer2013.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(table, "fer2013/fer2013.csv")
    assert (load_split(packed, TRAINING).images == TRAINED.images).all()


def test_a_tar_of_anything_else_is_to_be_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "faces.tar"
    with tarfile.open(packed, "w") as archive:
        archive.addfile(tarfile.TarInfo("faces/happy/1.png"), io.BytesIO())
    _refused(packed, f"{packed} has no fer2013.csv or icml_face_data.csv; unpack it and give the folder.")


def test_a_tar_that_is_none_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "fer2013.tar.gz"
    packed.write_bytes(b"no tar")
    with pytest.raises(DatasetError, match=r"^Cannot read .*\.tar\.gz \(file could not be opened successfully\); "):
        load_split(packed, TRAINING)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (f"3,{BLACK} 0,Training", "2305 pixels instead of 2304; fetch the table again."),
        ("3,0 0,Training", "2 pixels instead of 2304; fetch the table again."),
        (f"3,256{BLACK[1:]},Training", "the pixel '256' is not from 0 to 255; fetch the table again."),
        (f"3,-1{BLACK[1:]},Training", "the pixel '-1' is not from 0 to 255; fetch the table again."),
        (f"3,grey{BLACK[1:]},Training", "the pixel 'grey' is not from 0 to 255; fetch the table again."),
        (f"7,{BLACK},Training", "'7' is not an emotion; FER2013's are 0 to 6. Correct it."),
        (f"happy,{BLACK},Training", "'happy' is not an emotion; FER2013's are 0 to 6. Correct it."),
        (
            f"3,{BLACK},Testing",
            "the Usage 'Testing' is not one of Training, PublicTest, PrivateTest. Correct the line.",
        ),
        (f"3,{BLACK}", "2 columns, too few; fetch the table again."),
    ],
    ids=["a pixel more", "too few pixels", "too bright", "negative", "a word", "emotion 7", "a name", "Usage", "short"],
)
def test_a_row_that_cannot_be_is_refused_by_its_line(tmp_path: Path, row: str, fault: str) -> None:
    table = _written(tmp_path, HEAD, *rows(TRAINED, TRAINING), row)
    _refused(table, f"{table}, line 9: {fault}")


@pytest.mark.parametrize(
    ("head", "missing"), [("emotion,pixels", "column Usage"), ("a,b", "columns emotion, pixels, Usage")]
)
def test_missing_columns_are_named(tmp_path: Path, head: str, missing: str) -> None:
    table = _written(tmp_path, head)
    _refused(table, f"{table} lacks the {missing}; FER2013's table has emotion, pixels, Usage.")


def test_a_table_without_rows_of_a_split_is_refused(table: Path) -> None:
    sentence = f"{table} has no row whose Usage is PrivateTest; fetch the table again, or choose another split."
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(table, PRIVATE_TEST)


def test_a_table_that_lacks_an_emotion_is_refused(tmp_path: Path) -> None:
    table = _written(tmp_path, HEAD, *rows(TRAINED, TRAINING)[:5])
    _refused(
        table,
        f"{table} has no image of surprise, neutral in Training; all seven emotions are needed, "
        "so add images of it or take the whole data set.",
    )


def test_bytes_that_are_no_text_are_no_table(tmp_path: Path) -> None:
    (tmp_path / "fer2013.csv").write_bytes(b"\x89PNG\xff")
    with pytest.raises(
        DatasetError, match=r"fer2013\.csv is not a table \('utf-8' codec .*\); fetch the table again\.$"
    ):
        load_split(tmp_path / "fer2013.csv", TRAINING)


def _written(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _refused(source: Path, sentence: str) -> None:
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(source, TRAINING)


def _exactly(sentence: str) -> str:
    return f"^{re.escape(sentence)}$"
