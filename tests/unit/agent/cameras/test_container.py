"""A file that is shorter than its container says was cut; what cannot be known is not claimed."""

import struct
from pathlib import Path

import pytest
from fer_agent.cameras.container import missing_bytes
from hypothesis import example, given
from hypothesis import strategies as st


def box(name: bytes, length: int) -> bytes:
    return struct.pack(">I4s", 8 + length, name) + bytes(length)


def riff(length: int) -> bytes:
    return struct.pack("<4sI4s", b"RIFF", 4 + length, b"AVI ") + bytes(length)


def matroska(length: int) -> bytes:
    return b"\x1a\x45\xdf\xa3\x84abcd" + b"\x18\x53\x80\x67\x01" + length.to_bytes(7, "big") + bytes(length)


WIDE_BOX = box(b"ftyp", 8) + struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)
WHOLE = {
    "mp4": box(b"ftyp", 8) + box(b"moov", 50) + box(b"mdat", 200),
    "mp4 of 64 bits": WIDE_BOX,
    "avi": riff(100),
    "avi of two parts": riff(100) + riff(60),
    "matroska": matroska(300),
}


def missing(tmp_path: Path, data: bytes) -> int:
    path = tmp_path / "film"
    path.write_bytes(data)
    return missing_bytes(path)


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("cut", [0, 1, 30])
def test_what_was_cut_off_is_missing(tmp_path: Path, data: bytes, cut: int) -> None:
    assert missing(tmp_path, data[: len(data) - cut]) == cut


@pytest.mark.parametrize(
    "data",
    [
        box(b"ftyp", 8) + struct.pack(">I4s", 0, b"mdat") + bytes(30),
        b"\x1a\x45\xdf\xa3\x84abcd" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + bytes(9),
        box(b"ftyp", 8) + box(b"moov", 9) + b"TAG of a player, 128 bytes long",
        b"\x47" + bytes(187),
        b"",
    ],
    ids=["a box to the end", "a live recording", "something behind the boxes", "a transport stream", "nothing"],
)
def test_a_length_that_is_left_open_promises_nothing(tmp_path: Path, data: bytes) -> None:
    assert missing(tmp_path, data) == 0


@example(b"\x1a\x45\xdf\xa3", b"\x00\x10\x00\x00\x00\x00\x00")
@given(st.sampled_from([b"", b"RIFF", b"\x1a\x45\xdf\xa3", b"\0\0\0\x10ftyp"]), st.binary(max_size=200))
def test_any_bytes_have_an_answer(tmp_path_factory: pytest.TempPathFactory, begins: bytes, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "film"
    path.write_bytes(begins + rest)
    assert missing_bytes(path) >= 0
