"""Copies events and telemetry: block by block of their ids, each in one transaction, read back and compared in it.

A row never changes under its id, so a block that has as many rows on both sides, whose ids add up to the same, is
copied. Whatever ended a run, the next one goes on with the blocks that differ; what retention deletes meanwhile goes
from the target, too.
"""

from collections.abc import Mapping

from fer_controller.errors import MigrationError
from fer_controller.migration.ends import Source, Target
from fer_controller.migration.progress import Compared, Copied, Tell
from fer_controller.store.contents.checksum import Checksum, checksum
from fer_controller.store.contents.store import Block
from fer_controller.store.contents.table import Table

ARRIVED, DAY_CHARACTERS = "received_at", len("2026-01-31")
ALL_IDS = 2**62
Blocks = Mapping[int, Block]


class Arrivals:
    """One table of rows that arrive."""

    def __init__(self, table: Table, source: Source, target: Target) -> None:
        self._table, self._source, self._target = table, source.contents, target
        self._arrived = table.columns.index(ARRIVED)

    def copy(self, tell: Tell) -> int:
        """One pass: copy the blocks that differ, and return how many rows those have."""
        there, here = self._blocks()
        known, rows = self._target.moves.blocks(self._table.name), 0
        behind = sorted(
            each for each in there.keys() | here.keys() if there.get(each) != here.get(each) or each not in known
        )
        of_rows = sum(there[each][0] for each in behind if each in there)
        for block in behind:
            rows += self._copy(block, replaced=block in here)
            tell(Copied(self._table.name, rows, max(rows, of_rows)))
        return rows

    def compared(self) -> Compared:
        """By the blocks on both sides, each of which was compared row by row when it was copied."""
        (there, here), known = self._blocks(), self._target.moves.blocks(self._table.name)
        return self._told(_digest(there, known), _digest(here, known))

    def reread(self) -> Compared:
        """By all rows of both."""
        made = []
        for contents in (self._source, self._target.contents):
            total = Checksum()
            for block in contents.blocks(self._table, ALL_IDS):
                total.add(contents.block(self._table, block))
            made.append((total.rows, total.text))
        return self._told(*made)

    def _copy(self, block: int, *, replaced: bool) -> int:
        rows = self._source.block_to_fill(self._table, block)
        self._target.filling.expect_days(sorted({row[self._arrived][:DAY_CHARACTERS] for row in rows}))
        with self._target.held():
            if replaced:
                self._target.contents.delete_block(self._table, block)
            self._target.contents.fill(self._table, rows)
            self._note(block, checksum(row[: len(self._table.columns)] for row in rows) if rows else None)
        return len(rows)

    def _note(self, block: int, expected: str | None) -> None:
        if expected is None:
            self._target.moves.forget_block(self._table.name, block)
        elif checksum(self._target.contents.block(self._table, block)) != expected:
            raise MigrationError(f"Rows of {self._table.name} are not read from the target as they were written there.")
        else:
            self._target.moves.put_block(self._table.name, block, expected)

    def _blocks(self) -> tuple[Blocks, Blocks]:
        up_to_id = self._source.settled(self._table)
        return self._source.blocks(self._table, up_to_id), self._target.contents.blocks(self._table, ALL_IDS)

    def _told(self, there: tuple[int, str], here: tuple[int, str]) -> Compared:
        return Compared(self._table.name, there[0], here[0], there[1], here[1])


def _digest(blocks: Blocks, known: Mapping[int, str]) -> tuple[int, str]:
    told = [(block, *blocks[block], known.get(block, "")) for block in sorted(blocks)]
    return sum(number for number, _ in blocks.values()), checksum(told)
