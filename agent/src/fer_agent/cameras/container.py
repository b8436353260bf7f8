"""Whether a video file is as long as its own container says; what headers say of frames is only an estimate."""

import struct
from pathlib import Path
from typing import BinaryIO

ISO_BOX, RIFF, EBML = b"ftyp", b"RIFF", b"\x1a\x45\xdf\xa3"
MATROSKA_SEGMENT = b"\x18\x53\x80\x67"
BOXES = (
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta", b"moof", b"mfra", b"sidx", b"styp", b"pdin",
    b"emsg", b"prft",
)  # fmt: skip
"""Of a file's top level; anything else that follows them was put there by somebody else, and promises nothing."""


def missing_bytes(path: Path) -> int:
    """How many bytes the container promises beyond the file's end; 0 where it promises none, or is not known.

    Known are MP4 and its kin (ISO 14496-12, boxes), AVI (RIFF chunks) and Matroska (RFC 9559, a segment's size).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        begins = file.read(12)
        file.seek(0)
        if begins[4:8] == ISO_BOX:
            return max(0, _end_of_boxes(file, size) - size)
        if begins[:4] == RIFF:
            return max(0, _end_of_chunks(file, size) - size)
        return max(0, _end_of_segment(file, size) - size) if begins[:4] == EBML else 0


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1:  # the real length follows, 64 bits wide
            (length,) = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))
        if length < 8 or name not in BOXES:  # 0: up to the end of the file
            return size
        at += length
    return at


def _end_of_chunks(file: BinaryIO, size: int) -> int:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name != RIFF:
            return size
        at += 8 + length + length % 2
    return at


def _end_of_segment(file: BinaryIO, size: int) -> int:
    """The end of a Matroska file's segment; 0 where there is none, or its size is left open, as in a live recording."""
    file.seek(4)
    header = _vint(file)
    file.seek(min(file.tell() + header, size))
    if file.read(4) != MATROSKA_SEGMENT:
        return 0
    length = _vint(file)
    return file.tell() + length if length else 0


def _vint(file: BinaryIO) -> int:
    """A number of variable length (RFC 8794, 4): leading zero bits say how many bytes follow; 0 when all bits are 1."""
    first = (file.read(1) or b"\0")[0]
    more = 8 - first.bit_length()
    data = bytes([first & (0x7F >> more)]) + file.read(more)
    number = int.from_bytes(data, "big")
    return 0 if number == (1 << 7 * (more + 1)) - 1 else number
