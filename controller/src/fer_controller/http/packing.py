"""Answers that are packed with gzip, where the client takes it and it is worth it.

Only what is looked at is packed. An answer that holds a secret, such as a new token, is one to a POST: packed together
with what a stranger may choose, its size would tell of it. Source: https://www.breachattack.com
"""

import gzip
import re
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response

LEAST_BYTES = 1024
LEVEL = 5
"""Of 1 to 9; above it, time grows faster than size falls."""
GZIP = "gzip"
TAKEN = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?=,|$)")
VARY = {"Vary": "Accept-Encoding"}
PACKED = {"Content-Encoding": GZIP}


def takes_gzip(request: Request) -> bool:
    """Whether the client says so (RFC 9110, 12.5.3)."""
    return TAKEN.search(request.headers.get("accept-encoding", "").lower()) is not None


def packed(request: Request, response: Response) -> Response:
    """The answer, packed where that is right."""
    if request.method != "GET":
        return response
    response.headers.update(VARY)
    if len(response.body) >= LEAST_BYTES and takes_gzip(request):
        response.headers.update(PACKED)
        response.body = gzip.compress(response.body, LEVEL, mtime=0)
        response.headers["content-length"] = str(len(response.body))
    return response


class Plain:
    """Packs nothing."""

    headers: Mapping[str, str] = MappingProxyType({})

    def part(self, text: bytes) -> bytes:
        """A part as it is."""
        return text

    def end(self) -> bytes:
        """Nothing follows."""
        return b""


class Stream:
    """Packs one part after the other, each of which can be read when it arrives."""

    headers: Mapping[str, str] = PACKED

    def __init__(self) -> None:
        self._packer: Any = zlib.compressobj(LEVEL, wbits=16 + zlib.MAX_WBITS)

    def part(self, text: bytes) -> bytes:
        """A part, whole."""
        return bytes(self._packer.compress(text) + self._packer.flush(zlib.Z_SYNC_FLUSH))

    def end(self) -> bytes:
        """What ends it."""
        return bytes(self._packer.flush())


def stream(request: Request) -> Plain | Stream:
    """What packs an answer that comes in parts."""
    return Stream() if takes_gzip(request) else Plain()
