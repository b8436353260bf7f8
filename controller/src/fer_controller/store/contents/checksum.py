"""Rows as the same bytes whichever engine they come from, and a checksum of many."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

Values = tuple[Any, ...]
DIGEST_BYTES = 16
NUL, IN_PLACE_OF_NUL = "\\x00", "\ufffd"
"""As `repr` writes it; PostgreSQL stores no such character, and so it is replaced there."""


class Checksum:
    """Of rows in the order of their keys; however they are divided into pages, it is the same."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=DIGEST_BYTES)
        self.rows = 0

    def add(self, rows: Iterable[Values]) -> None:
        """Go on with these rows."""
        told = list(map(repr, rows))
        if told:
            self._digest.update(("\n".join(told) + "\n").replace(NUL, IN_PLACE_OF_NUL).encode())
            self.rows += len(told)

    @property
    def text(self) -> str:
        """In hexadecimal digits."""
        return self._digest.hexdigest()


def checksum(rows: Iterable[Values]) -> str:
    """Of these rows."""
    made = Checksum()
    made.add(rows)
    return made.text
