"""FER2013's public layout is read from a folder and from a zip alike, and split without leaking."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces, hold_out, without_known
from fer_models.data.sources import PRIVATE_TEST, PUBLIC_TEST, TRAINING, load_all, load_split
from fer_models.errors import DatasetError
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st
from made_models import as_jpeg, made_faces, write_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", TRAINING, made_faces(14))
    write_images(tmp_path / "data", PUBLIC_TEST, made_faces(7, seed=1))
    return tmp_path / "data"


def test_a_split_is_chosen_by_the_file_names(folder: Path) -> None:
    faces = load_split(folder, PUBLIC_TEST)
    assert len(faces) == 7
    assert sorted(faces.labels) == list(range(7))
    assert all(EMOTIONS[label] in name for name, label in zip(faces.names, faces.labels, strict=True))


def test_images_come_back_as_they_were_but_for_jpeg(folder: Path) -> None:
    faces = load_split(folder, TRAINING)
    happy = faces.images[faces.names.index("train/happy/Training_00003.jpg")].astype(int)
    assert np.abs(happy - made_faces(14).images[3]).mean() < 8


def test_a_zip_gives_what_its_folder_gives(folder: Path, tmp_path: Path) -> None:
    one, other = load_split(folder, TRAINING), load_split(_packed(folder, tmp_path), TRAINING)
    assert one.names == other.names
    assert (one.images == other.images).all()


def test_what_a_file_manager_hides_in_a_zip_is_no_image(folder: Path, tmp_path: Path) -> None:
    (folder / "train" / "sad" / "._Training_00004.jpg").write_bytes(b"a resource fork")
    assert len(load_split(_packed(folder, tmp_path), TRAINING)) == 14


def test_several_sources_follow_one_another(folder: Path, tmp_path: Path) -> None:
    write_images(tmp_path / "more", TRAINING, made_faces(7, seed=2))
    both = load_all([folder, tmp_path / "more"], TRAINING)
    assert len(both) == 21
    assert (both.images[14:] == load_split(tmp_path / "more", TRAINING).images).all()
    assert both.names[14:] == load_split(tmp_path / "more", TRAINING).names


def test_no_source_is_refused() -> None:
    with pytest.raises(DatasetError, match=_exactly("No data set is given; name at least one with --data.")):
        load_all([], TRAINING)


def test_an_unknown_split_is_refused(folder: Path) -> None:
    sentence = "There is no split 'Training_'; choose Training, PublicTest, PrivateTest."
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, "Training_")


def test_a_split_without_images_is_refused(folder: Path) -> None:
    sentence = f"{folder} has no image named PrivateTest_*; expected EMOTION/PrivateTest_ID.jpg below train/ or test/."
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, PRIVATE_TEST)


def test_a_split_that_lacks_an_emotion_is_refused(folder: Path) -> None:
    (folder / "train" / "disgust" / "PublicTest_00001.jpg").unlink()
    sentence = (
        f"{folder} has no image of disgust in PublicTest; all seven emotions are needed, so add images of it or take "
        "the whole data set."
    )
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, PUBLIC_TEST)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=_unreadable(tmp_path / "absent.zip", "No such file or directory")):
        load_split(tmp_path / "absent.zip", TRAINING)


def test_a_text_file_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "fer2013.zip").write_text("emotion,pixels,Usage")
    with pytest.raises(DatasetError, match=_unreadable(tmp_path / "fer2013.zip", "File is not a zip file")):
        load_split(tmp_path / "fer2013.zip", TRAINING)


def test_a_zip_with_a_torn_member_is_refused(folder: Path, tmp_path: Path) -> None:
    packed = _packed(folder, tmp_path)
    packed.write_bytes(packed.read_bytes().replace(b"\xff\xd9PK", b"\x00\x00PK"))
    reason = "Bad CRC-32 for file 'train/angry/Training_00000.jpg'"
    with pytest.raises(DatasetError, match=_unreadable(packed, reason)):
        load_split(packed, TRAINING)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    sentence = f"{tmp_path} has no images and no fer2013.csv or icml_face_data.csv; give a data set."
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(tmp_path, TRAINING)


def test_an_unknown_emotion_is_refused(folder: Path) -> None:
    (folder / "train" / "happy").rename(folder / "train" / "contempt")
    sentence = (
        f"{folder}/train/contempt/Training_00003.jpg: the folder 'contempt' is not an emotion; "
        f"expected one of {', '.join(EMOTIONS)}."
    )
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, TRAINING)


def test_a_file_that_is_no_picture_is_refused_by_name(folder: Path) -> None:
    torn = folder / "train" / "sad" / "Training_99999.jpg"
    torn.write_bytes(b"\xff\xd8 torn")
    sentence = f"{torn} is not a readable image (unknown format); replace or remove it."
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, TRAINING)


def test_half_a_picture_is_refused_by_name(folder: Path) -> None:
    torn = folder / "train" / "sad" / "Training_99999.jpg"
    torn.write_bytes(as_jpeg(made_faces(1).images[0])[:700])
    with pytest.raises(DatasetError, match=r"Training_99999\.jpg is not a readable image \(image file is truncated"):
        load_split(folder, TRAINING)


def test_an_image_of_another_size_is_refused_by_name(folder: Path) -> None:
    wide = folder / "train" / "sad" / "Training_99999.jpg"
    wide.write_bytes(as_jpeg(np.zeros((32, 64), np.uint8)))
    sentence = (
        f"{wide} is 64×32 pixels; FER2013's are 48×48. Replace it, or give these images as a data set of their own."
    )
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(folder, TRAINING)


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


def _plain(levels: list[int]) -> LabelledFaces:
    images = np.array(levels, np.uint8)[:, np.newaxis, np.newaxis] * np.ones((48, 48), np.uint8)
    return LabelledFaces(images, np.zeros(len(levels), np.int64), [f"angry/{n}.jpg" for n in range(len(levels))])


def _packed(folder: Path, place: Path) -> Path:
    packed = place / "fer2013.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*.jpg")):
            archive.write(path, path.relative_to(folder))
    return packed


def _exactly(sentence: str) -> str:
    return f"^{re.escape(sentence)}$"


def _unreadable(source: Path, reason: str) -> str:
    return _exactly(
        f"Cannot read {source} ({reason}); give FER2013 as a zip, a CSV or the folder above train/, "
        "or another folder of images."
    )
