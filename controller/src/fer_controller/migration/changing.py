"""Copies the tables whose rows change: all of them as they stand at one moment, in one transaction.

Both sides are read in the order of their keys and merged, and only what differs is written.
"""

from collections.abc import Callable, Iterable, Iterator

from fer_controller.migration.ends import Source, Target
from fer_controller.migration.progress import Compared, Copied, Tell
from fer_controller.store.contents.checksum import Checksum, Values
from fer_controller.store.contents.table import Table

WRITTEN_AT_A_TIME = 5000
Key = Callable[[Values], Values]
Difference = tuple[Values | None, Values | None]
"""A row that has to go, and one that has to come."""


def copy(tables: Iterable[Table], source: Source, target: Target, tell: Tell) -> list[Compared]:
    """Make the target's tables what the source's are; returns how they compare before what is derived is made anew."""
    copies = [_Copying(table, source, target) for table in tables]
    with target.held():
        with source.database.snapshot():
            for each in copies:
                each.run(tell)
        # Without the snapshot, for a server ends a transaction that stands still for long.
        compared = [each.compared() for each in copies]
        target.filling.derive()
    return compared


class _Copying:
    """One table."""

    def __init__(self, table: Table, source: Source, target: Target) -> None:
        self._table, self._source, self._target = table, source.contents, target.contents
        self._there, self._here = Checksum(), Checksum()
        self._gone, self._new = list[Values](), list[Values]()
        self._written = False

    def run(self, tell: Tell) -> None:
        """Write what differs, while both sides are read a page at a time."""
        key, width = key_of(self._table), len(self._table.columns)
        there = _watched(self._source.rows_to_fill(self._table), self._there, width)
        here = _watched(self._target.rows(self._table), self._here, width)
        for gone, new in differences(there, here, key, width):
            self._gone += [key(gone)] if gone else []
            self._new += [new] if new else []
            if len(self._gone) + len(self._new) >= WRITTEN_AT_A_TIME:
                self._write()
        self._write()
        tell(Copied(self._table.name, self._there.rows, self._there.rows))

    def compared(self) -> Compared:
        """As the target has the table now."""
        here = self._here
        if self._written:
            here = Checksum()
            for _ in _watched(self._target.rows(self._table), here, len(self._table.columns)):
                pass
        return Compared(self._table.name, self._there.rows, here.rows, self._there.text, here.text)

    def _write(self) -> None:
        if self._gone:
            self._target.delete(self._table, self._gone)
        if self._new:
            self._target.fill(self._table, self._new)
        self._written = self._written or bool(self._gone or self._new)
        self._gone, self._new = [], []


def differences(there: Iterator[Values], here: Iterator[Values], key: Key, width: int) -> Iterator[Difference]:
    """What has to go from here and come from there, both ascending by key; only so many values are compared."""
    new, old = next(there, None), next(here, None)
    while new or old:
        if old is None or (new and key(new) < key(old)):
            yield None, new
            new = next(there, None)
        elif new is None or key(old) < key(new):
            yield old, None
            old = next(here, None)
        else:
            if new[:width] != old[:width]:
                yield old, new
            new, old = next(there, None), next(here, None)


def key_of(table: Table) -> Key:
    """What takes the key out of a row."""
    places = [table.columns.index(name) for name in table.key]
    return lambda row: tuple(row[place] for place in places)


def _watched(rows: Iterable[Values], checksum: Checksum, width: int) -> Iterator[Values]:
    for row in rows:
        checksum.add([row[:width]])
        yield row
