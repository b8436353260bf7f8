"""One run of a migration, from wherever the last one ended."""

from collections.abc import Sequence

from fer_controller.errors import MigrationError, StoreUnavailable
from fer_controller.migration import changing, ends
from fer_controller.migration.arrivals import Arrivals
from fer_controller.migration.progress import Compared, Outcome, Tell
from fer_controller.settings import DbPlace
from fer_controller.store.contents.table import ARRIVALS, Table

SMALL_ROWS = 10_000
PASSES = 5
"""While a controller stores, what a pass leaves behind is copied by the next one, until it is small."""


def migrate(source: DbPlace, target: DbPlace, tell: Tell, *, reread: bool = False) -> Outcome:
    """Copy what the target lacks; once no controller serves the source, to the end, after which none can.

    Raises MigrationError, also when the copy differs, and StoreError. Whatever ends it, it is run again.
    """
    try:
        with ends.opened(source, target) as (there, here, tables):
            return _Run(there, here, tables, tell).through(reread=reread)
    except StoreUnavailable as error:
        raise MigrationError(f"{error} Run the same command again: it goes on from here.") from error


class _Run:
    """One run between databases that are open."""

    def __init__(self, there: ends.Source, here: ends.Target, tables: Sequence[Table], tell: Tell) -> None:
        self._there, self._here, self._tell = there, here, tell
        self._arrivals = [Arrivals(table, there, here) for table in tables if table.name in ARRIVALS]
        self._others = [table for table in tables if table.name not in ARRIVALS]

    def through(self, *, reread: bool) -> Outcome:
        """To the end, or to where only a little is left that goes on changing."""
        copied = self._passes()
        if not (self._there.unserved and self._there.leave()):
            return Outcome(finished=False, copied=copied, compared=self._compared(reread=reread))
        try:
            copied += self._passes()
            compared = self._compared(reread=reread)
            _expect_same(compared)
        except MigrationError:
            self._there.stay()
            raise
        self._here.finish()
        return Outcome(finished=True, copied=copied, compared=compared)

    def _passes(self) -> int:
        copied = 0
        for _ in range(PASSES):
            rows = sum(each.copy(self._tell) for each in self._arrivals)
            copied += rows
            if rows <= SMALL_ROWS:
                break
        return copied

    def _compared(self, *, reread: bool) -> tuple[Compared, ...]:
        compared = changing.copy(self._others, self._there, self._here, self._tell)
        compared += [each.reread() if reread else each.compared() for each in self._arrivals]
        return tuple(sorted(compared, key=lambda each: each.table))


def _expect_same(compared: Sequence[Compared]) -> None:
    if other := [each for each in compared if not each.same]:
        told = ", ".join(f"{each.table} ({each.rows_from} rows there, {each.rows_to} here)" for each in other)
        raise MigrationError(f"The copy differs in {told}; run the same command again, with --reread.")
