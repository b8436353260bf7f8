"""The history of the database's tables; migrations are never changed, only added."""

from collections.abc import Callable, Sequence

import sqlite_utils
from sqlite_utils.migrations import Migrations

from fer_controller.errors import StoreError
from fer_controller.store.audit.records import BEGINNING, AuditRow, chained
from fer_controller.store.audit.tables import CHAIN_OF_AUDIT
from fer_controller.store.certificates.tables import CERTIFICATES
from fer_controller.store.changes import CHANGES
from fer_controller.store.credentials.tables import (
    DEVICE_TOKENS,
    LIMITS_OF_OPERATORS,
    LIVES_OF_TOKENS,
    OPERATORS,
    TOKENS,
)
from fer_controller.store.dead_letters.tables import COUNTERS, DEAD_LETTERS
from fer_controller.store.devices.tables import (
    CLOCKS_OF_DEVICES,
    CONNECTIONS_OF_DEVICES,
    DEVICES,
    LABELS,
    REVOKED_DEVICES,
    SIGHT_OF_DEVICES,
)
from fer_controller.store.events.tables import (
    ARRIVALS_OF_EVENTS,
    BEGINNINGS_OF_STREAMS,
    BOUNDS_OF_STREAMS,
    BOUNDS_OF_TIMES,
    CLOCKS_OF_EVENTS,
    DEVICES_OF_EVENTS,
    EVENTS,
    FACES_OF_HOURS,
    FORGOTTEN_EVENTS,
    GAPS,
    HOURS_OF_EVENTS,
    STREAMS,
    TRUST_OF_EVENTS,
)
from fer_controller.store.registry.tables import MODELS
from fer_controller.store.rollouts.tables import ROLLOUTS, SIGNED_ORDERS, TASKS_OF_ROLLOUTS
from fer_controller.store.rollups.tables import (
    BOUNDS_OF_ROLLUPS,
    FACE_SHARE_OF_ROLLUPS,
    FACES_OF_ROLLUPS,
    ROLLUPS,
    TIMES_OF_FORGETTING,
)
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.telemetry.tables import (
    BOUNDS_OF_TELEMETRY,
    FACE_SHARE_OF_TELEMETRY,
    FACES_OF_TELEMETRY,
    TELEMETRY,
    TELEMETRY_OF_WINDOWS,
)

MIGRATIONS = Migrations("fer_controller")


@MIGRATIONS()
def m001_first_tables(db: sqlite_utils.Database) -> None:
    """Events and their streams, devices, telemetry, dead letters."""
    _run(db, *EVENTS, *STREAMS, *GAPS, *DEVICES, *TELEMETRY, *DEAD_LETTERS, *COUNTERS)


@MIGRATIONS()
def m002_registry(db: sqlite_utils.Database) -> None:
    """Models, and the tokens by which devices fetch them."""
    _run(db, *MODELS, *DEVICE_TOKENS)


@MIGRATIONS()
def m003_rollouts(db: sqlite_utils.Database) -> None:
    """Labels, rollouts, desired states, the audit log, and what gates ask of telemetry."""
    _run(db, *LABELS, *ROLLOUTS, *TELEMETRY_OF_WINDOWS)


@MIGRATIONS()
def m004_retention(db: sqlite_utils.Database) -> None:
    """Rollups, and how far the events of a stream were deleted."""
    _run(db, *FORGOTTEN_EVENTS, *ROLLUPS)


@MIGRATIONS()
def m005_operators(db: sqlite_utils.Database) -> None:
    """Operators, who read and order over HTTP."""
    _run(db, *OPERATORS)


@MIGRATIONS()
def m006_tokens(db: sqlite_utils.Database) -> None:
    """The tokens of devices and of operators become one table."""
    _run(db, *TOKENS)


@MIGRATIONS()
def m007_faces(db: sqlite_utils.Database) -> None:
    """How many faces a device sees in a frame."""
    _run(db, *FACES_OF_TELEMETRY, *FACES_OF_ROLLUPS)


@MIGRATIONS()
def m008_tasks(db: sqlite_utils.Database) -> None:
    """Which of a device's models a rollout replaces."""
    _run(db, *TASKS_OF_ROLLOUTS)


@MIGRATIONS()
def m009_face_share(db: sqlite_utils.Database) -> None:
    """In what share of the frames a device sees a face."""
    _run(db, *FACE_SHARE_OF_TELEMETRY, *FACE_SHARE_OF_ROLLUPS)


@MIGRATIONS()
def m010_trust(db: sqlite_utils.Database) -> None:
    """How large a face was, and how the head was turned."""
    _run(db, *TRUST_OF_EVENTS)


@MIGRATIONS()
def m011_beginnings(db: sqlite_utils.Database) -> None:
    """Where each stream of events began, so that totals count what is stored."""
    _run(db, *BEGINNINGS_OF_STREAMS)


@MIGRATIONS()
def m012_arrivals(db: sqlite_utils.Database) -> None:
    """A device's events by when they arrived, so that judging one device reads no other's."""
    _run(db, *ARRIVALS_OF_EVENTS)


@MIGRATIONS()
def m013_clocks(db: sqlite_utils.Database) -> None:
    """What a device with a wrong clock said of the time, and by how much its clock is off."""
    _run(db, *CLOCKS_OF_EVENTS, *CLOCKS_OF_DEVICES)


@MIGRATIONS()
def m014_sight(db: sqlite_utils.Database) -> None:
    """Which cameras of a device are frozen or dark."""
    _run(db, *SIGHT_OF_DEVICES)


@MIGRATIONS()
def m015_bounds_of_streams(db: sqlite_utils.Database) -> None:
    """Numbers of events that no device can have reached."""
    _run(db, *BOUNDS_OF_STREAMS)


@MIGRATIONS()
def m016_bounds_of_telemetry(db: sqlite_utils.Database) -> None:
    """Figures that no device can have measured."""
    _run(db, *BOUNDS_OF_TELEMETRY, *BOUNDS_OF_ROLLUPS)


@MIGRATIONS()
def m017_audit(db: sqlite_utils.Database) -> None:
    """Where each entry of the audit log came from, and the chain of hashes."""
    _run(db, *CHAIN_OF_AUDIT)
    _chain_audit(db)


@MIGRATIONS()
def m017_bounds_of_times(db: sqlite_utils.Database) -> None:
    """Events that say to be of the future."""
    _run(db, *BOUNDS_OF_TIMES)


@MIGRATIONS()
def m018_revoked(db: sqlite_utils.Database) -> None:
    """Devices that were taken out of the fleet."""
    _run(db, *REVOKED_DEVICES)


@MIGRATIONS()
def m019_lives_of_tokens(db: sqlite_utils.Database) -> None:
    """When tokens expire, and when they were last used."""
    _run(db, *LIVES_OF_TOKENS)


@MIGRATIONS()
def m020_certificates(db: sqlite_utils.Database) -> None:
    """The certificates that the fleet's authority issued."""
    _run(db, *CERTIFICATES)


@MIGRATIONS()
def m021_limits_of_operators(db: sqlite_utils.Database) -> None:
    """Which devices an operator is given."""
    _run(db, *LIMITS_OF_OPERATORS)


@MIGRATIONS()
def m021_devices_of_events(db: sqlite_utils.Database) -> None:
    """Find a device's events in the order of their arrival, by a smaller index."""
    _run(db, *DEVICES_OF_EVENTS)


@MIGRATIONS()
def m022_signed_orders(db: sqlite_utils.Database) -> None:
    """How desired states were signed that the broker has."""
    _run(db, *SIGNED_ORDERS)


@MIGRATIONS()
def m023_connections_of_devices(db: sqlite_utils.Database) -> None:
    """Of which connection a device's last birth or will told."""
    _run(db, *CONNECTIONS_OF_DEVICES)


@MIGRATIONS()
def m024_times_of_forgetting(db: sqlite_utils.Database) -> None:
    """How far retention deleted events, so that a day is known to be whole."""
    _run(db, *TIMES_OF_FORGETTING)


@MIGRATIONS()
def m025_hours_of_events(db: sqlite_utils.Database) -> None:
    """What the events of each hour are like."""
    _run(db, *HOURS_OF_EVENTS)


@MIGRATIONS()
def m026_faces_of_hours(db: sqlite_utils.Database) -> None:
    """Which faces of each hour are large and turn little at once."""
    _run(db, *FACES_OF_HOURS)


def _register(statements: Sequence[str]) -> Callable[[sqlite_utils.Database], None]:
    return lambda db: _run(db, *statements)


for _name, _statements in CHANGES.items():
    MIGRATIONS(name=_name)(_register(_statements))


def check(database: SqliteDatabase) -> None:
    """Raises StoreError for a database of another program, or of a newer fer-controller."""
    with database.explained():
        found = database.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = {row["name"] for row in found}
        if not tables:
            return
        if MIGRATIONS.migrations_table not in tables:
            raise StoreError(f"{database.path} is an SQLite database of another program; name another file with --db.")
        unknown = _unknown(sqlite_utils.Database(database.connection))
    if unknown:
        raise StoreError(
            f"{database.path} was written by a newer fer-controller ({', '.join(unknown)}); upgrade this one."
        )


def is_empty(database: SqliteDatabase) -> bool:
    """Whether no table has a row, but for those that say how the tables were made."""
    tables = set(sqlite_utils.Database(database.connection).table_names()) - {MIGRATIONS.migrations_table}
    return not any(database.connection.execute(f"SELECT 1 FROM [{table}] LIMIT 1").fetchone() for table in tables)  # noqa: S608


def apply(database: SqliteDatabase) -> None:
    """Upgrade the database in one transaction."""
    db = sqlite_utils.Database(database.connection)
    with database.explained():
        if MIGRATIONS.pending(db):
            with database.transaction():
                MIGRATIONS.apply(db)


def _run(db: sqlite_utils.Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)


def _chain_audit(db: sqlite_utils.Database) -> None:
    head = BEGINNING
    for found in list(db.query("SELECT * FROM audit ORDER BY id")):
        head = chained(AuditRow(**found), found["id"], head).hash
        db.execute("UPDATE audit SET hash = ? WHERE id = ?", (head, found["id"]))


def _unknown(db: sqlite_utils.Database) -> list[str]:
    known = {migration.name for migration in MIGRATIONS.applied(db)} | {m.name for m in MIGRATIONS.pending(db)}
    ours = {m.name for m in MIGRATIONS.pending(sqlite_utils.Database(memory=True))}
    return sorted(known - ours)
