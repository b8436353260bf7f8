"""What a migration tells while it goes on, and at its end."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copied:
    """So far in one pass over a table."""

    table: str
    rows: int
    of_rows: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A table in both databases: how many rows, and their checksums."""

    table: str
    rows_from: int
    rows_to: int
    checksum_from: str
    checksum_to: str

    @property
    def same(self) -> bool:
        """Whether the target has what the source has."""
        return (self.rows_from, self.checksum_from) == (self.rows_to, self.checksum_to)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run."""

    finished: bool
    """Whether the target may be served now; else a controller still serves the source."""
    copied: int
    """Rows of events and telemetry that this run copied."""
    compared: tuple[Compared, ...]


Tell = Callable[[Copied], None]
