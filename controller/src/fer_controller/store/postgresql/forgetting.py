"""Old rows go by whole days: a partition is dropped once all of it is old and rolled up."""

from fer_controller.store.database import Database
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.partitions import DAY_CHARACTERS, Partitions
from fer_controller.store.rollups.store import EVENTS, TELEMETRY


class PartitionForgetting:
    """Drops partitions; rows are kept until their day is over and old."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database: Database = database
        self._partitions = Partitions(database)

    def forget_telemetry(self, before: str, _limit: int) -> int:
        """Drop the oldest partition that arrived before a time and is rolled up; returns how many rows it had."""
        for partition in self._partitions.before(TELEMETRY, before[:DAY_CHARACTERS]):
            if (number := self._rolled_up(TELEMETRY, partition)) is not None:
                self._partitions.drop(partition)
                if number:
                    return number
        return 0

    def forget_events(self, before: str, _after_id: int, _limit: int) -> tuple[int, int]:
        """Drop the oldest such partition of events; what is known of their numbers stays with their streams.

        Returns how many rows it had, and a number that is not 0 while there may be another.
        """
        for partition in self._partitions.before(EVENTS, before[:DAY_CHARACTERS]):
            if (number := self._rolled_up(EVENTS, partition)) is not None:
                gone = [dict(row) for row in self._database.rows("forgotten_with", partition=partition)]
                if number:
                    self._database.run("note_forgotten_before", {"source": EVENTS, "before": before})
                self._database.many("note_forgotten", gone)
                self._partitions.drop(partition)
                return number, 1
        return 0, 0

    def _rolled_up(self, source: str, partition: str) -> int | None:
        """How many rows it has; None while some are not rolled up."""
        (found,) = self._database.rows("count_of", partition=partition)
        up_to_id = self._database.number("rolled_up", {"source": source})
        return int(found["number"]) if found["last_id"] <= up_to_id else None
