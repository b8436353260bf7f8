"""What a device asks for, and what came of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fer_wire.tls import NO_FILES, ClientFiles

MANIFEST_MAX_BYTES = 1024 * 1024

_numbers = itertools.count(1)


@dataclass
class Part:
    """A file as far as it has come; its bytes are hashed and thrown away where it is downloaded."""

    received_bytes: int = 0
    sha256: str = ""
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True)
class Request:
    """What to fetch: a file from where its part ends, at most so many bytes of it, or a manifest into memory."""

    url: str
    token: str = ""
    part: Part | None = None
    size_bytes: int = MANIFEST_MAX_BYTES
    piece_bytes: int | None = None
    files: ClientFiles = NO_FILES
    """Whose certificate is shown; that of all devices where it names none."""


@dataclass(frozen=True)
class Outcome:
    """What a fetch came to: all that was asked for, a pause to keep before the next try, or a fault."""

    busy_s: float = 0.0
    fault: str = ""
    final: bool = False
    wrong_size: bool = False
    body: bytes = b""


class Source(Protocol):
    """Where files come from."""

    def fetch(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        """Begin, go on while it is wanted, and later, in the caller's thread, tell what came of it."""
