"""How the database came to its shape: one function, one transaction, one record each; never changed, only added to."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from fer_controller.store.operator_tables import OPERATOR_TABLES
from fer_controller.store.registry_tables import REGISTRY_TABLES
from fer_controller.store.retention_tables import RETENTION_TABLES
from fer_controller.store.rollout_tables import ROLLOUT_TABLES

MIGRATIONS = Migrations("fer_controller")

FIRST_TABLES = (
    """
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      camera TEXT NOT NULL,
      time TEXT NOT NULL,
      track INTEGER NOT NULL,
      kind TEXT NOT NULL,
      emotion TEXT NOT NULL,
      confidence REAL NOT NULL,
      probabilities TEXT NOT NULL,
      box_x INTEGER NOT NULL,
      box_y INTEGER NOT NULL,
      box_width INTEGER NOT NULL,
      box_height INTEGER NOT NULL,
      model TEXT NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (device, epoch, seq)
    ) STRICT
    """,
    "CREATE INDEX events_by_time ON events (time)",
    "CREATE INDEX events_by_device_and_time ON events (device, time)",
    """
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      contiguous_seq INTEGER NOT NULL,
      first_seen TEXT NOT NULL,
      UNIQUE (device, epoch)
    ) STRICT
    """,
    """
    CREATE TABLE gaps (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      noted_at TEXT NOT NULL,
      UNIQUE (device, epoch, first_seq)
    ) STRICT
    """,
    """
    CREATE TABLE devices (
      device TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      run TEXT NOT NULL,
      born TEXT NOT NULL,
      since TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      agent_version TEXT NOT NULL,
      reason TEXT NOT NULL,
      reported TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE telemetry (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      run TEXT NOT NULL,
      time TEXT NOT NULL,
      fps REAL,
      latency_p95_ms REAL,
      cpu_percent REAL,
      gpu_percent REAL,
      cpu_temperature_c REAL,
      memory_used_mb REAL,
      agent_memory_mb REAL,
      pending_events INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      model TEXT NOT NULL,
      provider TEXT NOT NULL,
      payload TEXT NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (device, time, run)
    ) STRICT
    """,
    """
    CREATE TABLE dead_letters (
      id INTEGER PRIMARY KEY,
      time TEXT NOT NULL,
      topic TEXT NOT NULL,
      reason TEXT NOT NULL,
      payload BLOB NOT NULL,
      size_bytes INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
)


@MIGRATIONS()
def m001_first_tables(db: Database) -> None:
    """Events and their streams, devices, telemetry, dead letters."""
    for statement in FIRST_TABLES:
        db.execute(statement)


@MIGRATIONS()
def m002_registry(db: Database) -> None:
    """Models, and the tokens by which devices fetch them."""
    for statement in REGISTRY_TABLES:
        db.execute(statement)


@MIGRATIONS()
def m003_rollouts(db: Database) -> None:
    """Labels, rollouts, desired states, the audit log."""
    for statement in ROLLOUT_TABLES:
        db.execute(statement)


@MIGRATIONS()
def m004_retention(db: Database) -> None:
    """Rollups, and up to where the events of a stream were forgotten."""
    for statement in RETENTION_TABLES:
        db.execute(statement)


@MIGRATIONS()
def m005_operators(db: Database) -> None:
    """Who may look and order over HTTP."""
    for statement in OPERATOR_TABLES:
        db.execute(statement)


def unknown_migrations(db: Database) -> list[str]:
    """Migrations that a newer fer-controller applied."""
    known = {migration.name for migration in MIGRATIONS.applied(db)} | {m.name for m in MIGRATIONS.pending(db)}
    ours = {m.name for m in MIGRATIONS.pending(Database(memory=True))}
    return sorted(known - ours)
