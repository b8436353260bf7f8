"""Answers are packed where the client takes it, where it is worth it, and where nothing secret is in them."""

import gzip
import zlib
from typing import Any

import pytest
from fastapi import Request, Response
from fer_controller.http.packing import LEAST_BYTES, packed, stream

LONG = b"a" * LEAST_BYTES


def a_request(method: str = "GET", takes: "str | None" = "gzip") -> Request:
    headers = [] if takes is None else [(b"accept-encoding", takes.encode())]
    scope: dict[str, Any] = {"type": "http", "method": method, "headers": headers}
    return Request(scope)


@pytest.mark.parametrize(
    ("takes", "is_packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
        ("*", True),
        ("br, gzip ; q=0.001", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("identity", False),
        ("xgzip, gzipx", False),
        ("", False),
        (None, False),
    ],
)
def test_an_answer_is_packed_for_whoever_takes_it(takes: "str | None", is_packed: bool) -> None:
    answer = packed(a_request(takes=takes), Response(LONG))
    assert ("content-encoding" in answer.headers) is is_packed
    assert (gzip.decompress(answer.body) if is_packed else answer.body) == LONG
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_short_answer_is_not_packed() -> None:
    assert packed(a_request(), Response(LONG[1:])).body == LONG[1:]


def test_an_answer_to_a_post_which_may_hold_a_secret_is_not_packed() -> None:
    assert packed(a_request("POST"), Response(LONG)).body == LONG


def test_each_part_of_a_stream_can_be_read_when_it_arrives() -> None:
    packer, reader = stream(a_request()), zlib.decompressobj(16 + zlib.MAX_WBITS)
    for part in (b"one", b"two", b""):
        assert reader.decompress(packer.part(part)) == part
    reader.decompress(packer.end())
    assert reader.eof


def test_a_stream_is_plain_where_the_client_takes_nothing_else() -> None:
    packer = stream(a_request(takes=None))
    assert (packer.part(b"one"), packer.end(), packer.headers) == (b"one", b"", {})
