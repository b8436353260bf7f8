"""What alerts ask of a store; the database and the memory answer the same tests."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from fer_controller.store.alerts.records import Alert, AlertTest, Delivery, Silence


class AlertBook(Protocol):
    """Alerts, and silences; each change is one durable transaction, or part of an enclosing one."""

    def transaction(self) -> AbstractContextManager[None]:
        """Store all of the block, or nothing."""

    def open(self) -> list[Alert]:
        """Those that are not over, raised or not, the oldest first."""

    def newest(self, limit: int, *, over: bool = False) -> list[Alert]:
        """Those that were raised, the newest first; with over those that are over, too."""

    def find(self, id_: int) -> Alert | None:
        """One of them."""

    def last_returns(self, rule: str, subject: str, since: str) -> int | None:
        """How often the last that was over since then had come back; None where none was."""

    def begin(self, alert: Alert) -> int:
        """Add one; returns its id."""

    def move(self, alert: Alert, before: str) -> bool:
        """Bring it from a state into that of the record; False, and nothing done, where it is in another by now."""

    def drop(self, id_: int) -> None:
        """Forget one that was never raised."""

    def acknowledge(self, id_: int, at: str, by: str) -> bool:
        """Note who looks after it; False where somebody does."""

    def forget(self, before: str) -> None:
        """Delete alerts, silences, tests and deliveries that were over before."""

    def looked_at(self) -> str:
        """When the fleet was last looked at; empty for never."""

    def note_look(self, at: str) -> None:
        """Note that it is looked at now."""

    def silences(self, at: str) -> list[Silence]:
        """Those that hold then, the newest first."""

    def silence(self, silence: Silence) -> int:
        """Add one; returns its id."""

    def end_silence(self, id_: int, at: str) -> bool:
        """End one that holds; False where none does."""


class Outbox(Protocol):
    """What targets are to be told, and tests of that."""

    def transaction(self) -> AbstractContextManager[None]:
        """Store all of the block, or nothing."""

    def post(self, deliveries: Iterable[Delivery]) -> None:
        """Add them."""

    def open_deliveries(self) -> list[Delivery]:
        """What is not done, by target, the oldest first."""

    def move_delivery(self, delivery: Delivery, before: str) -> bool:
        """Bring it from a state into that of the record; False, and nothing done, where it is in another by now."""

    def ask_test(self, at: str, by: str) -> int:
        """Ask for a test; returns its id."""

    def open_tests(self) -> list[AlertTest]:
        """Those that nobody has taken up."""

    def test(self, id_: int) -> AlertTest | None:
        """One of them."""

    def begin_test(self, id_: int, at: str) -> bool:
        """Take it up; False where somebody has."""

    def of_test(self, id_: int) -> list[Delivery]:
        """What came of it, by target."""
