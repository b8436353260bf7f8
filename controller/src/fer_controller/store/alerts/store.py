"""Alerts in the database."""

from collections.abc import Iterable

from fer_controller.store.alerts.records import Alert, AlertTest, Delivery, Silence
from fer_controller.store.database import Database, named

LOOK = "fleet"
FORGOTTEN = ("forget_alerts", "forget_silences", "forget_alert_tests", "forget_deliveries")


class AlertStore:
    """Alerts, silences, deliveries and tests."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.transaction = database.transaction

    def open(self) -> list[Alert]:
        return self._database.records(Alert, "open_alerts")

    def newest(self, limit: int, *, over: bool = False) -> list[Alert]:
        return self._database.records(Alert, "newest_alerts", {"limit": limit, "over": int(over)})

    def find(self, id_: int) -> Alert | None:
        return self._database.first(Alert, "alert", {"id": id_})

    def last_returns(self, rule: str, subject: str, since: str) -> int | None:
        found = self._database.rows("last_returns", {"rule": rule, "subject": subject, "since": since})
        return int(found[0]["returns"]) if found else None

    def by_rule(self) -> list[tuple[str, int, int]]:
        """Of each rule with raised alerts: how many they are, and how many of them are acknowledged."""
        rows = self._database.rows("alerts_by_state")
        return [(row["rule"], row["alerts"], row["acknowledged"]) for row in rows]

    def begin(self, alert: Alert) -> int:
        with self.transaction():
            return self._database.number("insert_alert", named(alert))

    def move(self, alert: Alert, before: str) -> bool:
        with self.transaction():
            return self._database.run("move_alert", {**named(alert), "before": before}) > 0

    def drop(self, id_: int) -> None:
        with self.transaction():
            self._database.run("drop_alert", {"id": id_})

    def acknowledge(self, id_: int, at: str, by: str) -> bool:
        with self.transaction():
            return self._database.run("acknowledge_alert", {"id": id_, "at": at, "by": by}) > 0

    def forget(self, before: str) -> None:
        with self.transaction():
            for query in FORGOTTEN:
                self._database.run(query, {"before": before})

    def looked_at(self) -> str:
        found = self._database.rows("alerts_looked_at", {"name": LOOK})
        return str(found[0]["at"]) if found else ""

    def note_look(self, at: str) -> None:
        with self.transaction():
            self._database.run("note_look", {"name": LOOK, "at": at})

    def silences(self, at: str) -> list[Silence]:
        return self._database.records(Silence, "silences", {"at": at})

    def silence(self, silence: Silence) -> int:
        with self.transaction():
            return self._database.number("insert_silence", named(silence))

    def end_silence(self, id_: int, at: str) -> bool:
        with self.transaction():
            return self._database.run("end_silence", {"id": id_, "at": at}) > 0

    def post(self, deliveries: Iterable[Delivery]) -> None:
        with self.transaction():
            self._database.many("insert_delivery", map(named, deliveries))

    def open_deliveries(self) -> list[Delivery]:
        return self._database.records(Delivery, "open_deliveries")

    def deliveries_by_state(self) -> list[tuple[str, str, int]]:
        """How many deliveries each target has in each state."""
        rows = self._database.rows("deliveries_by_state")
        return [(row["target"], row["state"], row["deliveries"]) for row in rows]

    def move_delivery(self, delivery: Delivery, before: str) -> bool:
        with self.transaction():
            return self._database.run("move_delivery", {**named(delivery), "before": before}) > 0

    def ask_test(self, at: str, by: str) -> int:
        with self.transaction():
            return self._database.number("insert_alert_test", {"at": at, "by": by})

    def open_tests(self) -> list[AlertTest]:
        return self._database.records(AlertTest, "open_alert_tests")

    def test(self, id_: int) -> AlertTest | None:
        return self._database.first(AlertTest, "alert_test", {"id": id_})

    def begin_test(self, id_: int, at: str) -> bool:
        with self.transaction():
            return self._database.run("begin_alert_test", {"id": id_, "at": at}) > 0

    def of_test(self, id_: int) -> list[Delivery]:
        return self._database.records(Delivery, "deliveries_of_test", {"test": id_})
