"""FER2013 is read from a folder and from a zip alike, and split without leaking."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import Faces, hold_out, without_known
from fer_models.data.fer2013 import load_split
from fer_models.errors import DatasetError
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st
from made_models import as_jpeg, made_faces, write_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", "Training", made_faces(14))
    write_images(tmp_path / "data", "PublicTest", made_faces(7, seed=1))
    return tmp_path / "data"


def test_a_split_is_chosen_by_the_file_names(folder: Path) -> None:
    faces = load_split(folder, "PublicTest_")
    assert len(faces) == 7
    assert sorted(faces.labels) == list(range(7))
    assert all(EMOTIONS[label] in name for name, label in zip(faces.names, faces.labels, strict=True))


def test_images_come_back_as_they_were_but_for_jpeg(folder: Path) -> None:
    faces = load_split(folder, "Training_")
    happy = faces.images[faces.names.index("train/happy/Training_00003.jpg")].astype(int)
    assert np.abs(happy - made_faces(14).images[3]).mean() < 8


def test_a_zip_gives_what_its_folder_gives(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "fer2013.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.rglob("*.jpg"):
            archive.write(path, path.relative_to(folder))
    one, other = load_split(folder, "Training_"), load_split(packed, "Training_")
    assert one.names == other.names
    assert (one.images == other.images).all()


def test_a_split_without_images_is_refused(folder: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"holds no image named PrivateTest_\*; expected EMOTION/PrivateTest_ID\.jpg"
    ):
        load_split(folder, "PrivateTest_")


def test_a_path_that_is_neither_zip_nor_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"Cannot read .*absent\.zip as FER2013 \(.*\); give the zip or the folder"):
        load_split(tmp_path / "absent.zip", "Training_")


def test_a_text_file_is_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "fer2013.zip").write_text("emotion,pixels,Usage")
    with pytest.raises(DatasetError, match=r"Cannot read .*fer2013\.zip as FER2013 \(File is not a zip file\)"):
        load_split(tmp_path / "fer2013.zip", "Training_")


def test_an_unknown_emotion_is_refused(folder: Path) -> None:
    (folder / "train" / "happy").rename(folder / "train" / "contempt")
    with pytest.raises(DatasetError, match=r"the folder 'contempt' is no emotion; expected one of angry, disgust"):
        load_split(folder, "Training_")


def test_a_damaged_image_is_refused_by_name(folder: Path) -> None:
    (folder / "train" / "sad" / "Training_99999.jpg").write_bytes(b"\xff\xd8 torn")
    with pytest.raises(DatasetError, match=r"sad/Training_99999\.jpg is not a readable image"):
        load_split(folder, "Training_")


def test_an_image_of_another_size_is_refused_by_name(folder: Path) -> None:
    (folder / "train" / "sad" / "Training_99999.jpg").write_bytes(as_jpeg(np.zeros((32, 64), np.uint8)))
    with pytest.raises(DatasetError, match=r"Training_99999\.jpg is 64×32 pixels; FER2013's are 48×48\."):
        load_split(folder, "Training_")


@given(
    pictures=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    share=st.floats(0.05, 0.6),
    seed=st.integers(0, 2**16),
)
def test_hold_out_keeps_identical_images_on_one_side_and_every_image_once(
    pictures: list[int], share: float, seed: int
) -> None:
    kept, held = hold_out(_plain(pictures), share, seed)
    assert sorted([*kept.names, *held.names]) == sorted(_plain(pictures).names)
    assert not {image.tobytes() for image in kept.images} & {image.tobytes() for image in held.images}


def test_hold_out_takes_about_its_share() -> None:
    kept, held = hold_out(made_faces(500), share=0.2)
    assert 60 < len(held) < 140
    assert len(kept) + len(held) == 500


def test_known_pictures_are_left_out_under_whatever_label() -> None:
    unseen = without_known(_plain([1, 2, 3, 2]), _plain([2, 9]))
    assert unseen.images[:, 0, 0].tolist() == [1, 3]


def _plain(levels: list[int]) -> Faces:
    images = np.array(levels, np.uint8)[:, np.newaxis, np.newaxis] * np.ones((48, 48), np.uint8)
    return Faces(images, np.zeros(len(levels), np.int64), [f"angry/{n}.jpg" for n in range(len(levels))])
