"""Desired states as one of several brokers has them: each is published at all, for a device may go to another."""

from collections.abc import Sequence

from fer_controller.store.database import Database
from fer_controller.store.rollouts.desired import DesiredStore, desired_row
from fer_controller.store.rollouts.records import DesiredRow, SentOrder


class OrdersOfBroker:
    """What one broker is still to be given; each change is one transaction."""

    def __init__(self, database: Database, place: str) -> None:
        """Place names the broker: the same for every process that publishes there."""
        self._database, self._place = database, {"place": place}
        desired = DesiredStore(database)
        self.of_devices, self.is_known, self.reported_by = desired.of_devices, desired.is_known, desired.reported_by

    def attend(self) -> None:
        """Note that somebody publishes at this broker; one that nobody attends for a week is forgotten."""
        with self._database.transaction():
            self._database.run("attend_broker", self._place)
            if self._database.run("forget_brokers"):
                self._database.run("note_owed_by_none")

    def unpublished(self, limit: int) -> list[DesiredRow]:
        """Desired states that it has not confirmed, oldest first."""
        return [desired_row(row) for row in self._database.rows("due_orders", {**self._place, "limit": limit})]

    def publish_unfinished_again(self, straggling: str) -> None:
        """It owes the desired states of unfinished rollouts and straggling devices; one that is new, all."""
        with self._database.transaction():
            if self._database.number("knows_broker", self._place):
                self._database.run("publish_unfinished_at", {**self._place, "straggling": straggling})
            else:
                self._database.run("attend_broker", self._place)
                self._database.run("publish_all_at", self._place)
            self._database.run("note_owed", self._place)

    def publish_again(self, device: str) -> bool:
        """It owes a device's desired state again; False when it does already, or its rollout has ended."""
        with self._database.transaction():
            owes = self._database.run("publish_again_at", {**self._place, "device": device}) > 0
            self._database.run("note_owed", self._place)
        return owes

    def renew(self, signed_by: str, before: str) -> int:
        """All brokers owe what this key has not signed, and what expires before this time; returns how many."""
        due = {"signed_by": signed_by, "before": before}
        if not self._database.number("due_for_renewal", due):
            return 0
        with self._database.transaction():
            return self._database.run("renew_everywhere", due)

    def mark_published(self, confirmed: Sequence[SentOrder]) -> None:
        """It has confirmed these; those of forgotten devices go when the last broker has."""
        rows = [{**each._asdict(), **self._place} for each in confirmed]
        with self._database.transaction():
            self._database.many("no_longer_due", rows)
            self._database.many("mark_confirmed", rows)
            self._database.many("delete_forgotten", [{"device": each.device} for each in confirmed])
