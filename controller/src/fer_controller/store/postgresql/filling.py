"""What PostgreSQL needs when a database is filled."""

from collections.abc import Iterable
from itertools import groupby, pairwise

from fer_controller.store.database import Row, named
from fer_controller.store.events.records import Gap
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.partitions import Partitions


class PostgresFilling:
    """Of one database: partitions, sequences, and what stands with the streams."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._partitions = Partitions(database)

    def expect_days(self, days: Iterable[str]) -> None:
        """Make their partitions."""
        for day in days:
            self._partitions.expect(day)

    def derive(self) -> None:
        """Runs ahead from the events, gaps without the events that came late after all, and sequences above the ids."""
        self._database.run("forget_all_runs")
        self._database.run("derive_runs")
        for _, rows in groupby(self._database.rows("late_events"), key=_of_gap):
            self._split(list(rows))
        for row in self._database.rows("sequences"):
            values = {"sequence": row["sequence"], "source": row["name"]}
            self._database.rows("lift_sequence", values, table=row["name"], column=row["column_name"])

    def _split(self, rows: list[Row]) -> None:
        gap = Gap(**{name: rows[0][name] for name in ("device", "epoch", "first_seq", "last_seq", "noted_at")})
        ends = [gap.first_seq - 1, *(row["seq"] for row in rows), gap.last_seq + 1]
        holes = [(low + 1, high - 1) for low, high in pairwise(ends) if low + 1 < high]
        self._database.run("delete_gap", named(gap))
        parts = (Gap(gap.device, gap.epoch, first, last, gap.noted_at) for first, last in holes)
        self._database.many("insert_gap", map(named, parts))


def _of_gap(row: Row) -> tuple[object, ...]:
    return row["device"], row["epoch"], row["first_seq"]
