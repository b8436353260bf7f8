"""Moves in the database: who may write into one that is being filled, and that nobody may into one that was left."""

from fer_controller.errors import StoreError
from fer_controller.store.database import Database, named
from fer_controller.store.moves.records import AWAY, BEGUN, FINISHED, HERE, Move


class MoveStore:
    """At most one move to this database, and one away from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, direction: str) -> Move | None:
        """The move in this direction, if there is one."""
        return self._database.first(Move, "move", {"direction": direction})

    def put(self, move: Move) -> None:
        """Note how a move stands."""
        self._database.run("put_move", named(move))

    def hold(self, move: Move) -> None:
        """Go on with a move in this transaction; raises StoreError when another run of `migrate` goes on with it."""
        if not self._database.run("hold_move", named(move)):
            raise StoreError("Another `fer-controller migrate` fills this database now; this one ends.")

    def blocks(self, source: str) -> dict[int, str]:
        """The checksums of a table's blocks that were compared, by their numbers in order."""
        return {row["block"]: row["checksum"] for row in self._database.rows("moved_blocks", {"source": source})}

    def put_block(self, source: str, block: int, checksum: str) -> None:
        """Note that a block is here as it was there."""
        self._database.run("put_moved_block", {"source": source, "block": block, "checksum": checksum})

    def forget_block(self, source: str, block: int) -> None:
        """Note that a block is gone."""
        self._database.run("forget_moved_block", {"source": source, "block": block})


def expect_in_use(database: Database, place: object) -> None:
    """Raises StoreError for a database that is not complete yet, or that was left for another."""
    moves = MoveStore(database)
    here, away = moves.of(HERE), moves.of(AWAY)
    if here and here.state == BEGUN:
        raise StoreError(
            f"{place} is not complete: stop the controller that serves {here.other}, and run `fer-controller migrate "
            "--from … --to …` once more, until it says that it is finished."
        )
    if away and away.state == FINISHED:
        raise StoreError(f"The fleet of {place} was moved to {away.other}; name that with --db.")
