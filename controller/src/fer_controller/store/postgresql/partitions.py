"""Each day's arrivals are a partition: made when the first of them comes, and dropped whole.

There is no partition for the rest: a row in it would keep its day's partition from ever being made. A writer therefore
makes sure of its day before it stores, whatever day its clock says.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from fer_controller.store.postgresql.database import PostgresDatabase

TABLES = ("events", "telemetry")
DAY_CHARACTERS = len("2026-01-31")
LAST_DAY = date.max.isoformat()


class Partitions:
    """The partitions of events and telemetry."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._made: set[str] = set()

    def expect(self, received_at: str) -> None:
        """Make the partitions of that day and of the next, unless this process knows that they are there."""
        day = received_at[:DAY_CHARACTERS]
        if day in self._made:
            return
        with self._database.beside():
            self._database.rows("begin_partitions")
            for each in _days(day):
                for table in TABLES:
                    self._make(table, each)
        self._made.add(day)

    def forget(self) -> None:
        """Another process dropped one that was expected."""
        self._made.clear()

    def before(self, table: str, day: str) -> list[str]:
        """The partitions of a table whose days lie before this one, the oldest first."""
        return [each for each in self._of(table) if each < _name(table, day)]

    def drop(self, partition: str) -> None:
        """Delete one with all its rows."""
        with self._database.beside():
            self._database.rows("begin_partitions")
            self._database.do(f"DROP TABLE IF EXISTS {partition}")
        self._made.clear()

    def _of(self, table: str) -> list[str]:
        return [row["name"] for row in self._database.rows("partitions", {"table": table})]

    def _make(self, table: str, day: str) -> None:
        name = _name(table, day)
        if name in self._of(table):
            return
        # Attached, and not made as a partition, for that would wait until nobody reads the table.
        self._database.do(
            f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS); "
            f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{day}') TO ('{_next(day)}')"
        )


def _name(table: str, day: str) -> str:
    return f"{table}_{day.replace('-', '')}"


def _days(day: str) -> Iterator[str]:
    yield day
    if day < LAST_DAY:
        yield _next(day)


def _next(day: str) -> str:
    """The next day; what sorts after all times, on the last one."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < LAST_DAY else "~"
