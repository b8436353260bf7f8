"""What a table is, as its database says, and what of it two databases have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from fer_controller.errors import StoreError
from fer_controller.store.database import Database

ARRIVALS = ("events", "telemetry")
"""Tables whose rows never change: they come, the later the higher their ids, and one day they go."""
DERIVED: Mapping[str, Mapping[str, str]] = {"telemetry": {"day": "substr(received_at, 1, 10)"}}
"""What one engine keeps and the other computes: columns, and where they come from."""
DERIVED_TABLES = ("best_faces", "brokers", "event_hours", "model_contents", "orders_due", "runs_ahead")
"""Tables likewise, never copied: `Filling` makes them anew, a controller that begins, or `models add`."""
OWN_TABLES = ("last_batches", "leases", "migrations", "moved_blocks", "moves")
"""What tells of the database itself."""
WITHOUT_KEY = ("id",)


@dataclass(frozen=True, slots=True)
class Shape:
    """A table in one database: its columns, and those of its key in order."""

    name: str
    columns: frozenset[str]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that two databases have: what is copied and compared, and what the target has beside it."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    """In the order of their names, so that a row is the same tuple in both."""
    derived: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The columns of the target."""
        return self.columns + self.derived


def shapes(database: Database) -> dict[str, Shape]:
    """The tables of a fleet in a database, by their names."""
    columns: dict[str, list[str]] = {}
    keys: dict[str, list[str]] = {}
    for row in database.rows("keyed_columns"):
        if row["name"] not in OWN_TABLES:
            columns.setdefault(row["name"], []).append(row["column_name"])
            if row["position"]:
                keys.setdefault(row["name"], []).append(row["column_name"])
    return {name: Shape(name, frozenset(found), tuple(keys.get(name, WITHOUT_KEY))) for name, found in columns.items()}


def common(source: Mapping[str, Shape], target: Mapping[str, Shape]) -> list[Table]:
    """The tables of both by name; raises StoreError for databases of different versions of fer-controller."""
    names = (source.keys() | target.keys()) - set(DERIVED_TABLES)
    if other := names - (source.keys() & target.keys()):
        raise _of_another_version(min(other))
    return [_table(source[name], target[name]) for name in sorted(names)]


def _table(source: Shape, target: Shape) -> Table:
    derived = DERIVED.get(source.name, {}).keys()
    if other := (source.columns ^ target.columns) - derived:
        raise _of_another_version(f"{source.name}.{min(other)}")
    key = target.key if source.key == WITHOUT_KEY else source.key
    return Table(
        source.name,
        WITHOUT_KEY if source.name in ARRIVALS else key,
        tuple(sorted(source.columns & target.columns)),
        tuple(sorted(target.columns - source.columns)),
    )


def _of_another_version(what: str) -> StoreError:
    return StoreError(
        f"Only one of the databases has {what}: the controller that serves the other is of another version. Restart it "
        "with the version of this command first."
    )
