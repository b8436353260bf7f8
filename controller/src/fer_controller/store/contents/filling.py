"""What an engine needs besides the rows themselves when a database is filled."""

from collections.abc import Iterable
from typing import Protocol


class Filling(Protocol):
    """Of one database."""

    def expect_days(self, days: Iterable[str]) -> None:
        """Make room for what arrived on these days."""

    def derive(self) -> None:
        """Within the transaction that filled the tables: what this engine keeps, and the other one computes."""
