"""What SQLite needs when a database is filled."""

from collections.abc import Iterable

from fer_controller.store.contents.table import ARRIVALS
from fer_controller.store.database import Database


class SqliteFilling:
    """Of one file: ids follow from what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expect_days(self, days: Iterable[str]) -> None:
        """Any day is as good as another."""

    def derive(self) -> None:
        """What the events of each hour are like; and nothing is rolled up above the last id, after which ids go on."""
        for derived in ("hours", "best_faces"):
            self._database.run(f"forget_all_{derived}")
            self._database.run(f"derive_{derived}")
        for name in ARRIVALS:
            self._database.run("cap_rolled_up", {"source": name}, table=name)
