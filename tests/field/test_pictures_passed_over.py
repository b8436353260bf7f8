"""What can be read of a folder of pictures is read, what cannot is named and counted, and nothing read is a failure."""

import json
from pathlib import Path

import commands
import cv2
import fer_agent.cli
import numpy as np
from fer_agent.cameras.camera import Image
from PIL import Image as Pillow

OPTIONS = ("--broker", "mqtt://127.0.0.1:1", "--state-dir")
BROKEN_PHONE_PICTURE = b"\0\0\0\x18ftypheic" + bytes(40)


def grey() -> Image:
    return np.full((48, 64, 3), 90, np.uint8)


def read(folder: Path, source: Path) -> "tuple[int, dict[str, int], str]":
    """Exit status, closing line, and what was said."""
    ended = commands.ran(
        fer_agent.cli.run, ["start", "--once", "--source", str(source), *OPTIONS, str(folder / "state")]
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout or "{}"), ended.stderr


def test_pictures_of_every_kind_are_read_by_content_and_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.jpg"), grey())
    cv2.imwrite(str(folder / "b.jp2"), grey())
    cv2.imwrite(str(folder / "c.tiff"), grey().astype(np.float32)[:, :, 0])
    cv2.imwrite(str(folder / "d.png"), grey())
    (folder / "d.png").rename(folder / "d.JPG")
    for number, form in enumerate(("GIF", "AVIF")):
        Pillow.fromarray(grey()).save(folder / f"e{number}.{form.lower()}", form)
    (folder / "f.heic").write_bytes(BROKEN_PHONE_PICTURE)
    status, closing, said = read(tmp_path, folder)
    assert closing["frames"] == 6
    assert f"{folder / 'f.heic'} cannot be read as a picture and is skipped." in said
    assert f"1 of 7 pictures in {folder} were passed over." in said
    assert status == 0


def test_where_nothing_can_be_read_the_agent_fails(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "f.heic").write_bytes(BROKEN_PHONE_PICTURE)
    status, _, said = read(tmp_path, folder)
    assert status == 1
    assert str(folder) in said


def test_a_single_picture_is_a_still(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), grey())
    status, closing, _ = read(tmp_path, (tmp_path / "a.png").rename(tmp_path / "upload"))
    assert (status, closing["frames"]) == (0, 1)
