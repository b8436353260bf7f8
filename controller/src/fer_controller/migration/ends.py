"""The two databases of a migration, and who may go on with it: one run at a time, and never a controller on both."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fer_wire.message import iso_utc

from fer_controller.errors import MigrationError, StoreError
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.contents.store import ContentStore
from fer_controller.store.contents.table import Table, common, shapes
from fer_controller.store.database import Database
from fer_controller.store.moves.records import AWAY, BEGUN, FINISHED, HERE, Move
from fer_controller.store.moves.store import MoveStore
from fer_controller.store.posts import POSTS


@dataclass(frozen=True)
class Source:
    """Where the fleet is."""

    database: Database
    contents: ContentStore
    moves: MoveStore
    move: Move
    unserved: bool
    """Whether no controller served it when the run began; none that asks first can begin after it is left."""

    def leave(self) -> bool:
        """From now on no controller serves it; False, and nothing done, when one does that was not seen before."""
        self._put(FINISHED)
        if self.unserved and not self.database.number("others_connected"):
            return True
        self.stay()
        return False

    def stay(self) -> None:
        """It may be served again."""
        self._put(BEGUN)

    def _put(self, state: str) -> None:
        with self.database.transaction():
            self.moves.put(replace(self.move, state=state, at=_now()))


class Target:
    """Where it goes to."""

    def __init__(self, database: Database) -> None:
        self.contents, self.moves, self.filling = ContentStore(database), MoveStore(database), opening.filling(database)
        self._database = database
        self._move = Move(HERE, "", "", BEGUN, "", "")

    @contextmanager
    def held(self) -> Iterator[None]:
        """A transaction of this run; raises StoreError once another run has taken over, and changes nothing."""
        with self._database.transaction():
            self.moves.hold(replace(self._move, at=_now()))
            yield

    def begin(self, source: DbPlace, target: DbPlace, id_: str) -> None:
        """Begin this migration, or go on with it; raises MigrationError for a database that holds anything else."""
        with ExitStack() as held, self._database.transaction():
            if self.moves.of(HERE) is None and not unserved(held, target, self._database):
                raise MigrationError(f"A controller serves {target}; stop it, or name another database with --to.")
            self._expect_ours(target, id_)
            self._move = Move(HERE, id_, str(source), BEGUN, uuid.uuid4().hex, _now())
            self.moves.put(self._move)

    def finish(self) -> None:
        """From now on it may be served."""
        with self.held():
            self.moves.put(replace(self._move, state=FINISHED, at=_now()))

    def _expect_ours(self, target: DbPlace, id_: str) -> None:
        found = self.moves.of(HERE)
        if found is None or found.id != id_:
            if found and found.state == BEGUN:
                raise MigrationError(f"{target} is being filled from {found.other}; name another database with --to.")
            if found or not self.contents.is_empty(shapes(self._database)):
                raise MigrationError(f"{target} holds a fleet already; name an empty database with --to.")
        elif found.state == FINISHED:
            raise MigrationError(
                f"The fleet was moved to {target} at {found.at}; start `fer-controller serve` with it."
            )


@contextmanager
def opened(source: DbPlace, target: DbPlace) -> Iterator[tuple[Source, Target, list[Table]]]:
    """Both, with the migration begun, and the tables that they have in common."""
    if _are_one(source, target):
        raise MigrationError(f"{source} is the same database; name another with --to.")
    if isinstance(source, Path) and not source.exists():
        raise MigrationError(f"There is no database {source}; name the one that the fleet has with --from.")
    with ExitStack() as held:
        with opening.reader(source) as looking:
            if not (is_unserved := unserved(held, source, looking)):
                # What a controller serves is as new as that controller, and not upgraded under its feet.
                MoveStore(looking).of(AWAY)
        there = held.enter_context(opening.writer(source, migrating=True))
        here = held.enter_context(opening.writer(target, create=True, migrating=True))
        tables, away, filled = common(shapes(there), shapes(here)), _begun(there, target), Target(here)
        filled.begin(source, target, away.id)
        yield Source(there, ContentStore(there), MoveStore(there), away, is_unserved), filled, tables


def _are_one(source: DbPlace, target: DbPlace) -> bool:
    """Whether both are the same database, as far as their names tell."""
    if isinstance(source, Path) and isinstance(target, Path) and source.exists() and target.exists():
        return source.samefile(target)
    return source == target


def unserved(held: ExitStack, place: DbPlace, database: Database) -> bool:
    """Whether no controller serves it; of a file its locks are held until the end, too."""
    try:
        held.enter_context(opening.alone(place, POSTS))
    except StoreError:
        return False
    return not database.number("others_connected")


def _begun(source: Database, target: DbPlace) -> Move:
    """The migration, whose id the source keeps from the first run on."""
    moves = MoveStore(source)
    with source.transaction():
        move = moves.of(AWAY)
        if move and move.state == FINISHED and move.other != str(target):
            raise MigrationError(f"This fleet was moved to {move.other}; migrate from there.")
        if move is None or move.state == BEGUN:
            move = Move(AWAY, move.id if move else uuid.uuid4().hex, str(target), BEGUN, "", _now())
            moves.put(move)
        return move


def _now() -> str:
    return iso_utc(datetime.now(UTC))
