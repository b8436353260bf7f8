import logging
import os
from pathlib import Path
from typing import List

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fer_agent.cameras import open_source
from fer_agent.cameras.camera import Image
from fer_agent.cameras.folder import FolderCamera
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings


def write(path: Path, image: npt.ArrayLike) -> None:
    assert cv2.imwrite(str(path), np.asarray(image))


def read_all(folder: Path) -> List[Image]:
    camera = FolderCamera(CameraSettings(source=str(folder)), once=True)
    camera.open()
    images = []
    image = camera.read()
    while image is not None:
        images.append(image)
        image = camera.read()
    camera.close()
    return images


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.full((4, 5), 70, np.uint8), 70),
        (np.full((4, 5), 70 * 256 + 9, np.uint16), 70),
        (np.full((4, 5, 3), 70 * 256 + 9, np.uint16), 70),
        (np.full((4, 5, 4), 70, np.uint8), 70),
        (np.full((1, 1, 3), 70, np.uint8), 70),
    ],
    ids=["grey", "grey 16-bit", "colour 16-bit", "alpha", "1×1"],
)
def test_any_picture_becomes_eight_bit_colour(tmp_path: Path, image: npt.NDArray[np.uint8], expected: int) -> None:
    write(tmp_path / "a.png", image)
    (read,) = read_all(tmp_path)
    assert read.shape == (*image.shape[:2], 3)
    assert read.dtype == np.uint8
    assert (read == expected).all()


def test_a_float_picture_becomes_eight_bit_colour(tmp_path: Path) -> None:
    write(tmp_path / "a.tiff", np.full((4, 5, 3), 0.5, np.float32))
    (read,) = read_all(tmp_path)
    assert abs(read.astype(int) - 127).max() <= 3  # some versions of OpenCV write LogLuv, which loses a little


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.full((4, 5), 200.0, np.float32), 200),
        (np.full((4, 5), 0.5, np.float32), 127),
        (np.full((4, 5), 70 * 257, np.int32), 70),
        (np.zeros((4, 5), np.float32), 0),
    ],
    ids=["floats up to 255", "floats up to 1", "long integers", "black"],
)
def test_grey_tiffs_of_floats_and_long_integers_are_read(
    tmp_path: Path, image: npt.NDArray[np.float32], expected: int
) -> None:
    write(tmp_path / "a.tiff", image)
    (read,) = read_all(tmp_path)
    assert abs(read.astype(int) - expected).max() <= 1


def test_a_picture_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    write(tmp_path / "a.png", np.full((2, 2, 3), 9, np.uint8))
    (tmp_path / "a.png").rename(tmp_path / "a.upload")
    assert len(read_all(tmp_path)) == 1
    assert open_source(CameraSettings(source=str(tmp_path / "a.upload"))).stills


def test_a_phones_picture_is_a_still_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"\0\0\0\x18ftypheic" + bytes(12))
    assert open_source(CameraSettings(source=str(tmp_path / "upload"))).stills


@pytest.mark.parametrize("name", ["clip.mp4", "gone.mp4", "notes.txt"])
def test_what_is_no_picture_is_taken_for_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    (tmp_path / "notes.txt").write_text("Nothing to see.")
    assert not open_source(CameraSettings(source=str(tmp_path / name))).stills


def test_what_was_passed_over_is_named_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.heic", "b.jxl"):
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic broken")
    write(tmp_path / "c.png", np.zeros((2, 2, 3), np.uint8))
    assert len(read_all(tmp_path)) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'a.heic'} cannot be read as a picture and is skipped.",
        f"{tmp_path / 'b.jxl'} cannot be read as a picture and is skipped.",
        f"2 of 3 pictures in {tmp_path} were passed over.",
    ]


def test_pictures_come_in_the_order_of_their_names_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for value, name in ((3, "c.png"), (1, "a.png"), (2, "b.BMP")):
        write(tmp_path / name.lower(), np.full((2, 2, 3), value, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    assert [int(image[0, 0, 0]) for image in read_all(tmp_path)] == [1, 2, 3]


def test_an_unreadable_picture_is_reported_in_one_sentence_and_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8 broken")
    write(tmp_path / "b.png", np.zeros((2, 2, 3), np.uint8))
    with caplog.at_level(logging.WARNING):
        assert len(read_all(tmp_path)) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'a.jpg'} cannot be read as a picture and is skipped.",
        f"1 of 2 pictures in {tmp_path} were passed over.",
    ]


def test_a_single_picture_is_a_source_too(tmp_path: Path) -> None:
    write(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    assert len(read_all(tmp_path / "a.png")) == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"There is no picture or folder .*gone"):
        read_all(tmp_path / "gone")


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="contains no pictures"):
        read_all(tmp_path)


def test_shown_live_the_pictures_start_again(tmp_path: Path) -> None:
    for value in (1, 2):
        write(tmp_path / f"{value}.png", np.full((2, 2, 3), value, np.uint8))
    camera = FolderCamera(CameraSettings(source=str(tmp_path), fps=200), once=False)
    camera.open()
    images = [camera.read() for _ in range(5)]
    camera.close()
    assert [int(image[0, 0, 0]) for image in images if image is not None] == [1, 2, 1, 2, 1]


def test_shown_live_a_folder_without_one_readable_picture_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"broken")
    camera = FolderCamera(CameraSettings(source=str(tmp_path)), once=False)
    camera.open()
    with pytest.raises(CameraError, match=r"No picture in .* can be read"):
        camera.read()


def test_pictures_whose_names_are_not_utf8_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    (tmp_path / "a.png").rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.png"))
    assert len(read_all(tmp_path)) == 1
