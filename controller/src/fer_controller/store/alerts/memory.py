"""Alerts in memory, for tests; they pass the same tests as the database."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from fer_controller.store.alerts.records import Alert, AlertTest, Delivery, Silence


class MemoryAlerts:
    """Keeps everything in this process; a block that fails leaves what was there before."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._silences: dict[int, Silence] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._tests: dict[int, AlertTest] = {}
        self._looked_at = ""
        self._ids = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = (
            dict(self._alerts), dict(self._silences), dict(self._deliveries), dict(self._tests), self._looked_at,
        )  # fmt: skip
        try:
            yield
        except BaseException:
            self._alerts, self._silences, self._deliveries, self._tests, self._looked_at = before
            raise

    def open(self) -> list[Alert]:
        return [each for each in self._alerts.values() if not each.over_at]

    def newest(self, limit: int, *, over: bool = False) -> list[Alert]:
        found = [each for each in self._alerts.values() if each.raised_at and (over or not each.over_at)]
        return found[::-1][:limit]

    def find(self, id_: int) -> Alert | None:
        return self._alerts.get(id_)

    def last_returns(self, rule: str, subject: str, since: str) -> int | None:
        found = (each for each in self._alerts.values() if (each.rule, each.subject) == (rule, subject))
        over = [each.returns for each in found if each.over_at and each.over_at >= since]
        return over[-1] if over else None

    def begin(self, alert: Alert) -> int:
        made = replace(alert, id=self._next())
        self._alerts[made.id] = made
        return made.id

    def move(self, alert: Alert, before: str) -> bool:
        known = self._alerts.get(alert.id)
        if known is None or known.state != before:
            return False
        self._alerts[alert.id] = replace(
            alert, acknowledged_at=known.acknowledged_at, acknowledged_by=known.acknowledged_by
        )
        return True

    def drop(self, id_: int) -> None:
        if id_ in self._alerts and not self._alerts[id_].raised_at:
            del self._alerts[id_]

    def acknowledge(self, id_: int, at: str, by: str) -> bool:
        known = self._alerts.get(id_)
        if known is None or known.acknowledged_at:
            return False
        self._alerts[id_] = replace(known, acknowledged_at=at, acknowledged_by=by)
        return True

    def forget(self, before: str) -> None:
        self._alerts = {key: each for key, each in self._alerts.items() if not _is_before(each.over_at, before)}
        self._silences = {key: each for key, each in self._silences.items() if not _is_before(each.until_at, before)}
        self._deliveries = {key: each for key, each in self._deliveries.items() if not _is_before(each.done_at, before)}
        self._tests = {key: each for key, each in self._tests.items() if not _is_before(each.asked_at, before)}

    def looked_at(self) -> str:
        return self._looked_at

    def note_look(self, at: str) -> None:
        self._looked_at = at

    def silences(self, at: str) -> list[Silence]:
        return [each for each in self._silences.values() if each.until_at > at][::-1]

    def silence(self, silence: Silence) -> int:
        made = replace(silence, id=self._next())
        self._silences[made.id] = made
        return made.id

    def end_silence(self, id_: int, at: str) -> bool:
        known = self._silences.get(id_)
        if known is None or known.until_at <= at:
            return False
        self._silences[id_] = replace(known, until_at=at)
        return True

    def post(self, deliveries: Iterable[Delivery]) -> None:
        for each in deliveries:
            made = replace(each, id=self._next())
            self._deliveries[made.id] = made

    def open_deliveries(self) -> list[Delivery]:
        found = (each for each in self._deliveries.values() if not each.done_at)
        return sorted(found, key=lambda each: (each.target, each.id))

    def move_delivery(self, delivery: Delivery, before: str) -> bool:
        known = self._deliveries.get(delivery.id)
        if known is None or known.state != before:
            return False
        self._deliveries[delivery.id] = delivery
        return True

    def ask_test(self, at: str, by: str) -> int:
        asked = AlertTest(self._next(), at, by, "")
        self._tests[asked.id] = asked
        return asked.id

    def open_tests(self) -> list[AlertTest]:
        return [each for each in self._tests.values() if not each.begun_at]

    def test(self, id_: int) -> AlertTest | None:
        return self._tests.get(id_)

    def begin_test(self, id_: int, at: str) -> bool:
        known = self._tests.get(id_)
        if known is None or known.begun_at:
            return False
        self._tests[id_] = replace(known, begun_at=at)
        return True

    def of_test(self, id_: int) -> list[Delivery]:
        found = (each for each in self._deliveries.values() if id_ and each.test == id_)
        return sorted(found, key=lambda each: (each.target, each.id))

    def _next(self) -> int:
        self._ids += 1
        return self._ids


def _is_before(at: str, before: str) -> bool:
    return bool(at) and at < before
