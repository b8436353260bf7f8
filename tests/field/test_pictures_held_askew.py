"""Pictures of a camera that was held askew come upright, whatever their format and whichever decoder reads them."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fer_agent.cameras.video import read_picture
from PIL import Image

Picture = npt.NDArray[np.uint8]
ORIENTATION = 0x0112
TURNED_BACK = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: np.swapaxes(upright, 0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.swapaxes(np.rot90(upright, 2), 0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""How a picture is stored that one of these makes upright (Exif 2.32, 4.6.4 A)."""


def quarters(height: int, width: int) -> Picture:
    """Of four greys, none of which is another's turn."""
    rows = np.repeat([[200], [20]], height // 2, axis=0)
    return (np.repeat(np.hstack([rows, rows // 2]), width // 2, axis=1)).astype(np.uint8)


def written(folder: Path, form: str, orientation: int, mode: str, upright: Picture) -> Path:
    stored = np.ascontiguousarray(TURNED_BACK[orientation](upright))
    picture = Image.fromarray(stored).convert(mode)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = folder / f"held-{orientation}.{form.lower()}"
    options = {"lossless": True} if form == "WEBP" else {"quality": 95} if form in ("JPEG", "AVIF") else {}
    picture.save(path, form, exif=exif if form == "TIFF" else exif.tobytes(), **options)
    return path


@pytest.mark.parametrize("orientation", TURNED_BACK)
@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("TIFF", "RGB"), ("TIFF", "F"),
     ("TIFF", "I"), ("TIFF", "L"), ("AVIF", "RGB")],
)  # fmt: skip
@pytest.mark.parametrize("size", [(48, 64), (64, 64)])
def test_it_comes_upright(tmp_path: Path, form: str, mode: str, orientation: int, size: "tuple[int, int]") -> None:
    upright = quarters(*size)
    read = read_picture(written(tmp_path, form, orientation, mode, upright))
    assert read is not None
    assert read.shape[:2] == size
    difference = np.abs(read.mean(axis=2) - upright)[4:-4, 4:-4]
    assert np.median(difference) < 25
    assert difference.mean() < 25


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 3], lambda data: data[:200] + b"\xff" * 50])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_damaged_file_is_no_more_than_unreadable(tmp_path: Path, form: str, spoil: "type[bytes]") -> None:
    path = written(tmp_path, form, 6, "RGB", quarters(48, 64))
    path.write_bytes(spoil(path.read_bytes()))
    read_picture(path)


def test_exif_data_of_a_png_behind_its_pixels_and_without_a_known_orientation_change_nothing(tmp_path: Path) -> None:
    upright = quarters(48, 64)
    held = io.BytesIO()
    exif = Image.Exif()
    exif[ORIENTATION] = 9
    Image.fromarray(upright).save(held, "PNG", exif=exif.tobytes())
    path = tmp_path / "nine.png"
    path.write_bytes(held.getvalue())
    read = read_picture(path)
    assert read is not None
    assert np.array_equal(read[:, :, 0], upright)


def test_a_phones_picture_is_turned_by_its_container_and_not_by_its_exif(tmp_path: Path, data_dir: Path) -> None:
    taken = (data_dir.parent / "cases" / "pictures" / "IMG_0001.HEIC").read_bytes()
    at = taken.index(b"colr")
    turned = bytearray(taken)
    turned[at : at + 5] = b"irot\x01"  # a quarter turn counter-clockwise, where the picture's colours were described
    for name, content in (("as-taken.heic", taken), ("turned.heic", bytes(turned))):
        (tmp_path / name).write_bytes(content)
    upright, sideways = (read_picture(tmp_path / name) for name in ("as-taken.heic", "turned.heic"))
    assert upright is not None
    assert sideways is not None
    difference = np.abs(np.rot90(upright, 1).astype(int) - sideways)
    assert difference.mean() < 12
