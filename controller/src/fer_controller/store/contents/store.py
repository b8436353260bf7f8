"""Reads and writes the rows of any table."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from fer_controller.store.contents.checksum import Values
from fer_controller.store.contents.table import DERIVED, Table
from fer_controller.store.database import Database

ROWS_AT_A_TIME = 5000
BLOCK_IDS = 10_000
"""So many ids are copied, and compared, at a time."""

Block = tuple[int, int]
"""How many rows a block has, and what their ids add up to: rows never change under their ids, so no more is needed."""


class ContentStore:
    """The tables of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, table: Table) -> Iterator[Values]:
        """All rows in the order of their keys, page by page; only what is copied of them."""
        return self._pages(table, table.columns, _quoted(table.columns))

    def rows_to_fill(self, table: Table) -> Iterator[Values]:
        """The same with what the target has beside it, computed."""
        return self._pages(table, table.filled, _computed(table))

    def block(self, table: Table, block: int) -> list[Values]:
        """The rows of one block in the order of their ids."""
        return self._block(table, table.columns, _quoted(table.columns), block)

    def block_to_fill(self, table: Table, block: int) -> list[Values]:
        """The same with what the target has beside it."""
        return self._block(table, table.filled, _computed(table), block)

    def blocks(self, table: Table, up_to_id: int) -> dict[int, Block]:
        """What tells the blocks apart, up to an id."""
        found = self._database.rows("blocks", {"up_to": up_to_id}, table=_quoted([table.name]), size=BLOCK_IDS)
        return {row["block"]: (row["number"], row["ids"]) for row in found}

    def settled(self, table: Table) -> int:
        """An id up to which no row will come any more."""
        return self._database.number(f"settled_{table.name}")

    def is_empty(self, names: Iterable[str]) -> bool:
        """Whether none of these tables has a row."""
        return not any(self._database.rows("any_row", table=_quoted([name])) for name in names)

    def fill(self, table: Table, rows: Sequence[Values]) -> None:
        """Add rows."""
        names = table.filled
        self._database.load(
            "fill_table", rows, table=_quoted([table.name]), columns=_quoted(names), places=", ".join("?" * len(names))
        )

    def delete_block(self, table: Table, block: int) -> None:
        """Delete the rows of one block."""
        self._database.run("delete_block", _range(block), table=_quoted([table.name]))

    def delete(self, table: Table, keys: Iterable[Values]) -> None:
        """Delete rows by their keys."""
        matches = " AND ".join(f'"{name}" = :{name}' for name in table.key)
        values = [dict(zip(table.key, key, strict=True)) for key in keys]
        self._database.many("delete_row", values, table=_quoted([table.name]), matches=matches)

    def _pages(self, table: Table, names: Sequence[str], columns: str) -> Iterator[Values]:
        parts = {"table": _quoted([table.name]), "columns": columns, "key": _quoted(table.key)}
        values, key = itemgetter(*names), [names.index(name) for name in table.key]
        page = list(map(values, self._database.rows("first_rows", {"limit": ROWS_AT_A_TIME}, **parts)))
        parts["after"] = ", ".join(f":{name}" for name in table.key)
        while page:
            yield from page
            after = {table.key[at]: page[-1][column] for at, column in enumerate(key)}
            found = self._database.rows("following_rows", {**after, "limit": ROWS_AT_A_TIME}, **parts)
            page = list(map(values, found))

    def _block(self, table: Table, names: Sequence[str], columns: str, block: int) -> list[Values]:
        rows = self._database.rows("rows_of_block", _range(block), table=_quoted([table.name]), columns=columns)
        return list(map(itemgetter(*names), rows))


def _range(block: int) -> dict[str, int]:
    return {"first": block * BLOCK_IDS, "after": (block + 1) * BLOCK_IDS}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _computed(table: Table) -> str:
    derived = (f'{DERIVED[table.name][name]} AS "{name}"' for name in table.derived)
    return ", ".join([_quoted(table.columns), *derived])
