"""What Hypothesis makes of seeds: bytes and JSON with something wrong in them, and shrunk again when that matters."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400, 1e-320, 1.7e308,
    -1.7e308, "", " ", "a" * 70_000, "\x00", "\x1b[2J\x1b]0;x\x07", "=cmd|'/c calc'!A1", "../../etc/passwd", "#", "+",
    "$SYS/#", "\u202egnp.exe", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "NaN", "%00", "{}", "2026-01-31",
    [], {}, [[[[[[[[]]]]]]]], {"": {"": {"": None}}},
)  # fmt: skip
HOSTILE_BYTES = (
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b'"\\ud800"', b"9223372036854775807", b"1e309", b"NaN", b"Infinity",
    b"[" * 2000, b'{"a":' * 500, b"\r\n\r\n", b"%n%s", b"\x1b]0;x\x07", b"\xef\xbb\xbf", b"-" * 300, b"\x80" * 10,
)  # fmt: skip
Edit = Callable[[bytes], bytes]


def mutated(seeds: Sequence[bytes]) -> "st.SearchStrategy[bytes]":
    """A seed with up to six edits, the fewer the simpler."""
    return st.builds(_edited, st.sampled_from(seeds), st.lists(_edits(seeds), min_size=1, max_size=6))


def _edited(seed: bytes, edits: "Sequence[Edit]") -> bytes:
    for edit in edits:
        seed = edit(seed)
    return seed


def _edits(seeds: Sequence[bytes]) -> "st.SearchStrategy[Edit]":
    place, other = st.floats(0, 1), st.sampled_from(seeds)
    value = st.one_of(st.sampled_from(HOSTILE_VALUES), st.integers(), st.floats(), st.text(max_size=30))
    return st.one_of(
        st.builds(_with_value, place, value),
        st.builds(_without_key, place),
        st.builds(
            _with_bytes, place, st.one_of(st.sampled_from(HOSTILE_BYTES), st.binary(max_size=8)), st.integers(0, 8)
        ),
        st.builds(_cut, place),
        st.builds(_spliced, place, other),
    )


def _with_value(place: float, value: Any) -> Edit:
    return lambda data: _json_edited(data, place, lambda parent, key: parent.__setitem__(key, value))


def _without_key(place: float) -> Edit:
    return lambda data: _json_edited(data, place, lambda parent, key: parent.__delitem__(key))


def _with_bytes(place: float, put: bytes, gone: int) -> Edit:
    def edit(data: bytes) -> bytes:
        at = int(place * len(data))
        return data[:at] + put + data[at + gone :]

    return edit


def _cut(place: float) -> Edit:
    return lambda data: data[: int(place * len(data))]


def _spliced(place: float, other: bytes) -> Edit:
    return lambda data: data[: int(place * len(data))] + other[int(place * len(other)) :]


def _json_edited(data: bytes, place: float, change: "Callable[[Any, Any], None]") -> bytes:
    """Change one place of the JSON that the data end with, if they do; what stands before it stays."""
    begin = data.find(b"{")
    try:
        document = json.loads(data[begin:]) if begin >= 0 else None
    except (ValueError, RecursionError):
        return data
    places = list(_places(document))
    if not places:
        return data
    change(*places[min(int(place * len(places)), len(places) - 1)])
    return data[:begin] + json.dumps(document).encode()


def _places(value: Any) -> "list[tuple[Any, Any]]":
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]
