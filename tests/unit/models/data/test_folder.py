"""Any image folder becomes faces through its label map, whatever its sizes, colours and divisions."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import PRIVATE_TEST, PUBLIC_TEST, SPLITS, TRAINING, load_all, load_split
from fer_models.errors import DatasetError
from fer_wire import EMOTIONS
from made_models import made_faces, write_images
from PIL import Image

CLASSES = ("anger", "disgust", "scared", "joy", "sadness", "astonished", "calm")
MAP = dict(zip(CLASSES, EMOTIONS, strict=True))
CHOICES = 'one of angry, disgust, fear, happy, sad, surprise, neutral, or "" to leave it out.'
WRITE_A_MAP = "write JSON or TOML from class folders to emotions."
NO_IMAGE = "{} has no image for {}; expected CLASS/* or {{train,val,test}}/CLASS/*."


@pytest.fixture
def label_map(tmp_path: Path) -> Path:
    return _map(tmp_path, MAP)


def test_classes_are_read_through_the_label_map(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    faces = load_split(tmp_path / "data", TRAINING, label_map)
    assert faces.names[0] == "train/anger/0.png"
    assert [CLASSES[label] for label in faces.labels] == [name.split("/")[1] for name in faces.names]


def test_folders_named_like_the_emotions_need_no_map(tmp_path: Path) -> None:
    _write(tmp_path / "data" / "Train", classes=[emotion.capitalize() for emotion in EMOTIONS])
    assert sorted(load_split(tmp_path / "data", TRAINING).labels) == list(range(7))


def test_a_map_may_be_toml(tmp_path: Path) -> None:
    _write(tmp_path / "data" / "train")
    path = tmp_path / "map.toml"
    path.write_text("\n".join(f'{folder} = "{emotion}"' for folder, emotion in MAP.items()))
    assert len(load_split(tmp_path / "data", TRAINING, path)) == 7


@pytest.mark.parametrize("nothing", ["", None])
def test_a_class_may_be_left_out(tmp_path: Path, nothing: str | None) -> None:
    _write(tmp_path / "data" / "train", classes=[*CLASSES, "contempt"], faces=made_faces(7))
    shutil.copytree(tmp_path / "data" / "train" / "joy", tmp_path / "data" / "train" / "contempt")
    assert len(load_split(tmp_path / "data", TRAINING, _map(tmp_path, MAP | {"contempt": nothing}))) == 7


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "data")
    one, other = load_split(tmp_path / "data", TRAINING, label_map), load_split(Path(packed), TRAINING, label_map)
    assert (one.images == other.images).all()
    assert other.names == [f"data/{name}" for name in one.names]


def test_large_coloured_pictures_become_small_grey_ones(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    grey = made_faces(7).images[3]
    large = Image.fromarray(grey.repeat(4, axis=0).repeat(4, axis=1)).convert("RGB")
    large.save(tmp_path / "data" / "train" / "joy" / "3.png")
    faces = load_split(tmp_path / "data", TRAINING, label_map)
    found = faces.images[faces.names.index("train/joy/3.png")].astype(int)
    assert np.abs(found - grey).mean() < 12
    assert abs(found.mean() - grey.mean()) < 1


def test_of_a_wide_picture_the_middle_counts(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    wide = np.zeros((48, 144), np.uint8)
    wide[:, 48:96] = made_faces(7).images[3]
    Image.fromarray(wide).save(tmp_path / "data" / "train" / "joy" / "3.png")
    faces = load_split(tmp_path / "data", TRAINING, label_map)
    assert (faces.images[faces.names.index("train/joy/3.png")] == made_faces(7).images[3]).all()


def test_a_photograph_is_turned_upright(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = made_faces(7).images[3][::-1, ::-1]
    Image.fromarray(turned).save(tmp_path / "data" / "train" / "joy" / "3.png", exif=exif)
    faces = load_split(tmp_path / "data", TRAINING, label_map)
    assert (faces.images[faces.names.index("train/joy/3.png")] == made_faces(7).images[3]).all()


@pytest.mark.parametrize(
    ("folders", "public", "private"),
    [
        (("train", "test"), "test", None),
        (("train", "val"), "val", None),
        (("training", "validation", "test"), "validation", "test"),
    ],
)
def test_the_test_images_are_the_last_that_a_data_set_has(
    folders: tuple[str, ...], public: str, private: str | None, tmp_path: Path, label_map: Path
) -> None:
    for folder in folders:
        _write(tmp_path / "data" / folder)
    (tmp_path / "data" / "sample.png").write_bytes(b"in no class, and in no part either")
    assert _parts(load_split(tmp_path / "data", TRAINING, label_map)) == {folders[0]}
    assert _parts(load_split(tmp_path / "data", PUBLIC_TEST, label_map)) == {public}
    if private:
        assert _parts(load_split(tmp_path / "data", PRIVATE_TEST, label_map)) == {private}
    else:
        with pytest.raises(DatasetError, match=_exactly(NO_IMAGE.format(tmp_path / "data", PRIVATE_TEST))):
            load_split(tmp_path / "data", PRIVATE_TEST, label_map)


def test_an_undivided_data_set_is_divided_by_its_bytes_so_that_copies_stay_together(
    tmp_path: Path, label_map: Path
) -> None:
    _write(tmp_path / "data", faces=made_faces(280))
    shutil.copytree(tmp_path / "data", tmp_path / "data", copy_function=_copy, dirs_exist_ok=True)
    parts = [load_split(tmp_path / "data", split, label_map) for split in SPLITS]
    assert sorted(name for part in parts for name in part.names) == sorted(
        path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*.png")
    )
    assert len(parts[0]) > 4 * max(len(parts[1]), len(parts[2]))
    seen = [{image.tobytes() for image in part.images} for part in parts]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]


def test_data_sets_of_both_kinds_are_joined(tmp_path: Path, label_map: Path) -> None:
    write_images(tmp_path / "fer", TRAINING, made_faces(14))
    _write(tmp_path / "other" / "train")
    assert len(load_all([tmp_path / "fer", tmp_path / "other"], TRAINING, label_map)) == 21


def test_a_class_folder_that_the_map_lacks_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "data" / "train")
    short = {folder: emotion for folder, emotion in MAP.items() if folder != "joy"}
    _refused(
        tmp_path / "data",
        _map(tmp_path, short),
        f"{tmp_path / 'data'}: the label map does not name the class folder 'joy'; add it with {CHOICES}",
    )


def test_a_class_folder_that_is_no_emotion_asks_for_a_map(tmp_path: Path) -> None:
    _write(tmp_path / "data" / "train")
    _refused(
        tmp_path / "data",
        None,
        f"{tmp_path / 'data'}: the class folder 'anger' is not an emotion; give a label map that names it with "
        f"{CHOICES}",
    )


def test_a_mapped_folder_that_lacks_an_emotion_is_refused(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    shutil.rmtree(tmp_path / "data" / "train" / "scared")
    _refused(
        tmp_path / "data",
        label_map,
        f"{tmp_path / 'data'} has no image of fear in Training; all seven emotions are needed, so add images of it or "
        "take the whole data set.",
    )


def test_an_image_in_no_class_folder_is_refused(tmp_path: Path) -> None:
    Image.new("L", (48, 48)).save(tmp_path / "face.png")
    _refused(
        tmp_path,
        None,
        f"{tmp_path}/face.png is not in a class folder; expected CLASS/* or {{train,val,test}}/CLASS/*.",
    )


def test_a_picture_of_16_bits_is_refused_because_it_would_be_clipped(tmp_path: Path, label_map: Path) -> None:
    _write(tmp_path / "data" / "train")
    deep = tmp_path / "data" / "train" / "joy" / "3.png"
    Image.fromarray(np.full((48, 48), 40_000, np.uint16)).save(deep)
    _refused(tmp_path / "data", label_map, f"{deep} has more than 8 bits a pixel; save it with 8.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('["joy"]', "The label map {} is not a table; " + WRITE_A_MAP),
        (
            "joy: happy",
            "Cannot read the label map {} (Expecting value: line 1 column 1 (char 0)); " + WRITE_A_MAP,
        ),
        (
            '{"joy": "glad"}',
            "The label map {} names 'glad' for the class folder 'joy'; expected " + CHOICES,
        ),
        ('{"joy": 3}', "The label map {} names 3 for the class folder 'joy'; expected " + CHOICES),
    ],
)
def test_a_map_that_is_none_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    _write(tmp_path / "data" / "train")
    path = tmp_path / "map.json"
    path.write_text(text)
    _refused(tmp_path / "data", path, sentence.format(path))


def test_a_missing_map_is_named(tmp_path: Path) -> None:
    path = tmp_path / "absent.json"
    _refused(
        tmp_path,
        path,
        f"Cannot read the label map {path} (No such file or directory); {WRITE_A_MAP}",
    )


def test_a_password_is_not_asked_for(tmp_path: Path) -> None:
    packed = tmp_path / "faces.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("happy/1.png", b"")
    locked = packed.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    packed.write_bytes(locked.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00"))
    with pytest.raises(DatasetError, match=r"^Cannot read .*faces\.zip \(File .* is encrypted, password required"):
        load_split(packed, TRAINING)


def _write(folder: Path, classes: list[str] | tuple[str, ...] = CLASSES, faces: LabelledFaces | None = None) -> None:
    faces = faces or made_faces(7)
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        path = folder / classes[label] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)


def _copy(source: str, _: str) -> str:
    return shutil.copyfile(source, source.replace(".png", "-copy.png"))


def _map(folder: Path, classes: dict[str, str] | dict[str, str | None]) -> Path:
    path = folder / "map.json"
    path.write_text(json.dumps(classes))
    return path


def _parts(faces: LabelledFaces) -> set[str]:
    return {name.split("/")[0] for name in faces.names}


def _refused(source: Path, label_map: Path | None, sentence: str) -> None:
    with pytest.raises(DatasetError, match=_exactly(sentence)):
        load_split(source, TRAINING, label_map)


def _exactly(sentence: str) -> str:
    return f"^{re.escape(sentence)}$"
