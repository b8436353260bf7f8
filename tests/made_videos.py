"""Recordings as the field has them, made here: frames of a portrait, and containers whose boxes were edited."""

import struct
from pathlib import Path
from typing import Callable, List

import cv2

FPS = 25
SIDE_PX = 320
PORTRAIT = Path(__file__).resolve().parent.parent / "agent/src/fer_agent/cameras/astronaut.jpg"
PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
Payload = bytes


def recording(path: Path, frames: int) -> Path:
    """So many frames of a portrait; the ending says which container."""
    codec = cv2.VideoWriter_fourcc(*("MJPG" if path.suffix == ".avi" else "mp4v"))  # type: ignore[attr-defined,unused-ignore]
    writer = cv2.VideoWriter(str(path), codec, FPS, (SIDE_PX, SIDE_PX))
    portrait = cv2.resize(cv2.imread(str(PORTRAIT)), (SIDE_PX, SIDE_PX))  # type: ignore[arg-type,unused-ignore]
    for _ in range(frames):
        writer.write(portrait)
    writer.release()
    return path


def joined(path: Path, part: Path, times: int) -> Path:
    """One behind another, as `cat` joins them: the time stamps begin again."""
    path.write_bytes(part.read_bytes() * times)
    return path


def with_variable_rate(path: Path, frames: int, slow: int) -> Path:
    """The second half has a frame every `slow` times as long; the header's rate is an average that nobody keeps."""
    half = frames // 2
    data = recording(path, frames).read_bytes()
    (tick,) = struct.unpack(">I", _payload(data, b"stts")[12:16])
    rates = struct.pack(">IIIIII", 0, 2, half, tick, frames - half, tick * slow)
    data = _edited(data, b"stts", lambda _: rates)
    milliseconds = 1000 * (half + (frames - half) * slow) // FPS
    path.write_bytes(_edited(data, b"elst", lambda old: old[:8] + struct.pack(">I", milliseconds) + old[12:]))
    return path


def with_edit_list(path: Path, frames: int) -> Path:
    """A lossless cut: the container counts all frames, and its edit list hides the second half."""
    data = recording(path, frames).read_bytes()
    shown = struct.pack(">I", 1000 * frames // FPS // 2)
    path.write_bytes(_edited(data, b"elst", lambda old: old[:8] + shown + old[12:]))
    return path


def _payload(data: bytes, kind: bytes) -> Payload:
    at = data.index(kind, data.index(b"moov"))
    (size,) = struct.unpack(">I", data[at - 4 : at])
    return data[at + 4 : at - 4 + size]


def _edited(data: bytes, kind: bytes, edit: Callable[[Payload], Payload]) -> bytes:
    """The file with another payload in a box; what holds it grows with it. The index stands behind the frames here."""
    at, index = data.index(kind, data.index(b"moov")), data.index(b"moov")
    old = _payload(data, kind)
    new = edit(old)
    whole = bytearray(data[: at + 4] + new + data[at + 4 + len(old) :])
    grown = len(new) - len(old)
    starts: List[int] = [at] + [data.index(each, index) for each in PARENTS if grown]
    for start in starts:
        (size,) = struct.unpack(">I", whole[start - 4 : start])
        whole[start - 4 : start] = struct.pack(">I", size + grown)
    return bytes(whole)
