"""How a picture was held when it was taken, as its file says; decoders differ in which files they turn upright."""

import struct
from pathlib import Path
from typing import BinaryIO, Callable, Iterator, NamedTuple, Optional, Tuple

import numpy as np

from fer_agent.cameras.camera import Image

TIFF_BEGINS = (b"II*\0", b"MM\0*")
EXIF = b"Exif\0\0"
ORIENTATION_TAG = 0x0112
MOST_EXIF_BYTES = 1 << 20
JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
JPEG_SCAN, JPEG_EXIF = 0xDA, 0xE1


class Turn(NamedTuple):
    """Quarter turns counter-clockwise, and then whether left and right change places."""

    quarters: int = 0
    mirrored: bool = False

    def then(self, other: "Turn") -> "Turn":
        """This one, and the other after it."""
        quarters = self.quarters + (-other.quarters if self.mirrored else other.quarters)
        return Turn(quarters % 4, self.mirrored != other.mirrored)

    def of(self, image: Image) -> Image:
        """The picture, turned."""
        turned = np.rot90(image, self.quarters)
        return np.ascontiguousarray(turned[:, ::-1] if self.mirrored else turned)


UPRIGHT = Turn()
BY_EXIF = {
    2: Turn(0, mirrored=True),
    3: Turn(2),
    4: Turn(2, mirrored=True),
    5: Turn(3, mirrored=True),
    6: Turn(3),
    7: Turn(1, mirrored=True),
    8: Turn(1),
}
"""What makes a picture upright that says one of these (Exif 2.32, 4.6.4 A)."""
MIRRORED_BY_AXIS = {0: Turn(2, mirrored=True), 1: Turn(0, mirrored=True)}
"""HEIF's imir: 0 exchanges top and bottom, 1 left and right."""


def turn_of(path: Path) -> Turn:
    """What makes the picture upright; none where its file does not say, or not in a way that we read.

    Read are the EXIF data of JPEG, PNG, WebP and TIFF, and the turns of HEIC and AVIF, whose EXIF says nothing.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(12)
            for fits, turn in READERS:
                if fits(begins):
                    return turn(file)
    except (OSError, ValueError, IndexError, struct.error):
        pass  # a damaged file is told of where it is decoded
    return UPRIGHT


def without_turn(path: Path) -> bytes:
    """A TIFF file's content as if its picture were stored upright; for decoders that fail at those that are not."""
    data = bytearray(path.read_bytes())
    entry = _entry(lambda at, size: bytes(data[at : at + size]))
    if entry:
        struct.pack_into(f"{entry.order}H", data, entry.at, 1)
    return bytes(data)


def is_tiff(path: Path) -> bool:
    """By its content."""
    with path.open("rb") as file:
        return file.read(4) in TIFF_BEGINS


def _of_jpeg(file: BinaryIO) -> Turn:
    file.seek(2)
    while file.read(1) == b"\xff":
        (marker,) = file.read(1)
        if marker == 0xFF:
            file.seek(-1, 1)
            continue
        if marker in JPEG_ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker == JPEG_SCAN:
            break
        data = file.read(length - 2)
        if marker == JPEG_EXIF and data.startswith(EXIF):
            return _of_exif(data)
    return UPRIGHT


def _of_png(file: BinaryIO) -> Turn:
    file.seek(8)
    while head := file.read(8):
        length, name = struct.unpack(">I4s", head)
        if name == b"eXIf":
            return _of_exif(file.read(min(length, MOST_EXIF_BYTES)))
        file.seek(length + 4, 1)
    return UPRIGHT


def _of_webp(file: BinaryIO) -> Turn:
    file.seek(12)
    while head := file.read(8):
        name, length = struct.unpack("<4sI", head)
        if name == b"EXIF":
            return _of_exif(file.read(min(length, MOST_EXIF_BYTES)))
        file.seek(length + length % 2, 1)
    return UPRIGHT


def _of_exif(data: bytes) -> Turn:
    """Of a TIFF structure, with or without `Exif` before it."""
    if data.startswith(EXIF):
        data = data[len(EXIF) :]
    entry = _entry(lambda at, size: data[at : at + size])
    return BY_EXIF.get(entry.value, UPRIGHT) if entry else UPRIGHT


def _of_tiff(file: BinaryIO) -> Turn:
    def read(at: int, size: int) -> bytes:
        file.seek(at)
        return file.read(size)

    entry = _entry(read)
    return BY_EXIF.get(entry.value, UPRIGHT) if entry else UPRIGHT


class _Entry(NamedTuple):
    """The orientation in a TIFF structure: its value, where that stands, and in which order of bytes."""

    value: int
    at: int
    order: str


def _entry(read: Callable[[int, int], bytes]) -> Optional[_Entry]:
    begins = read(0, 8)
    if begins[:4] not in TIFF_BEGINS:
        return None
    order = "<" if begins[:1] == b"I" else ">"
    (first,) = struct.unpack(f"{order}4xI", begins)
    (count,) = struct.unpack(f"{order}H", read(first, 2))
    for at in range(first + 2, first + 2 + 12 * count, 12):
        tag, value = struct.unpack(f"{order}H6xH2x", read(at, 12))
        if tag == ORIENTATION_TAG:
            return _Entry(value, at + 8, order)
    return None


def _of_heif(file: BinaryIO) -> Turn:
    """The irot and imir of the picture that a reader shows first, in the order of their association."""
    file.seek(0)
    meta = next((data for name, data in _boxes(file.read(MOST_EXIF_BYTES)) if name == b"meta"), b"")
    inside = dict(_boxes(meta[4:]))
    properties = dict(_boxes(inside.get(b"iprp", b"")))
    kept = list(_boxes(properties.get(b"ipco", b"")))
    pitm = inside.get(b"pitm", b"\0" * 6)
    (primary,) = struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)
    turn = UPRIGHT
    for index in _associated(properties.get(b"ipma", b""), primary):
        name, data = kept[index - 1] if 0 < index <= len(kept) else (b"", b"")
        if name == b"irot":
            turn = turn.then(Turn(data[0] & 3))
        elif name == b"imir":
            turn = turn.then(MIRRORED_BY_AXIS[data[0] & 1])
    return turn


def _boxes(data: bytes) -> Iterator[Tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, at + 8), 16
        length = length or len(data) - at
        if length < head:
            return
        yield name, data[at + head : at + length]
        at += length


def _associated(ipma: bytes, item: int) -> Iterator[int]:
    """The numbers, from 1, of an item's properties."""
    version, wide, at = ipma[0], ipma[3] & 1, 8
    (entries,) = struct.unpack_from(">I", ipma, 4)
    for _ in range(entries):
        (owner,), at = struct.unpack_from(">I" if version else ">H", ipma, at), at + (4 if version else 2)
        count, at = ipma[at], at + 1
        for _ in range(count):
            (number,) = struct.unpack_from(">H" if wide else ">B", ipma, at)
            at += 2 if wide else 1
            if owner == item:
                yield number & (0x7FFF if wide else 0x7F)


READERS: Tuple[Tuple[Callable[[bytes], bool], Callable[[BinaryIO], Turn]], ...] = (
    (lambda begins: begins.startswith(b"\xff\xd8"), _of_jpeg),
    (lambda begins: begins.startswith(b"\x89PNG"), _of_png),
    (lambda begins: begins[:4] == b"RIFF" and begins[8:] == b"WEBP", _of_webp),
    (lambda begins: begins[:4] in TIFF_BEGINS, _of_tiff),
    (lambda begins: begins[4:8] == b"ftyp", _of_heif),
)
