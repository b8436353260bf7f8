"""Desired states in the database, and which of them the broker has confirmed."""

import json
from collections.abc import Iterable, Sequence
from typing import Protocol

from fer_controller.store.database import Database, Row, Values
from fer_controller.store.rollouts.records import DesiredRow, SentOrder


class Orders(Protocol):
    """What a broker is to be given, for whoever publishes there; each change is one transaction."""

    def attend(self) -> None:
        """Note that somebody publishes at this broker."""

    def of_devices(self, devices: Iterable[str], /) -> list[DesiredRow]:
        """The newest desired states of these devices, of those that have any."""

    def is_known(self, device: str, /) -> bool:
        """Whether the device was heard of, or heard of again."""

    def reported_by(self, device: str, /) -> str:
        """What a device reported last, as JSON; empty before the first report."""

    def unpublished(self, limit: int) -> list[DesiredRow]:
        """Desired states not confirmed by the broker, oldest first."""

    def publish_unfinished_again(self, straggling: str) -> None:
        """Publish again what unfinished rollouts and straggling devices desire: the broker may have lost it."""

    def publish_again(self, device: str) -> bool:
        """Publish a device's desired state again; False when it is to be anyway, or its rollout has ended."""

    def renew(self, signed_by: str, before: str) -> int:
        """Publish again what this key has not signed, and what expires before this time; returns how many."""

    def mark_published(self, confirmed: Sequence[SentOrder]) -> None:
        """The broker has confirmed these; those of forgotten devices go."""


class DesiredStore:
    """The newest desired state of each device; each change is one transaction. As Orders, those of the only broker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attend(self) -> None:
        """There is no other broker, from which this one would have to be told."""

    def of_devices(self, devices: Iterable[str]) -> list[DesiredRow]:
        """The newest desired states of these devices, of those that have any."""
        return self._rows("desired_of_devices", {"devices": json.dumps(list(devices))})

    def of_device(self, device: str) -> DesiredRow | None:
        """The newest desired state of a device."""
        return next(iter(self.of_devices([device])), None)

    def assigned(self, device: str) -> frozenset[str]:
        """The sha256 of each file that the device is told to run now, or to choose from."""
        return frozenset(row["sha256"] for row in self._database.rows("assigned_files", {"device": device}))

    def of_rollout(self, rollout: str) -> list[DesiredRow]:
        """The newest desired states of a rollout's devices, whichever rollout wrote them."""
        return self._rows("desired_of", {"rollout": rollout})

    def unpublished(self, limit: int) -> list[DesiredRow]:
        """Desired states not confirmed by the broker, oldest first."""
        return self._rows("unpublished_desired", {"limit": limit})

    def unpublished_of(self, rollout: str) -> int:
        """How many desired states of a rollout are not confirmed by the broker."""
        return self._database.number("unpublished_of", {"rollout": rollout})

    def publish_unfinished_again(self, straggling: str) -> None:
        """Mark the desired states of unfinished rollouts and straggling devices as unpublished."""
        with self._database.transaction():
            self._database.run("publish_unfinished_again", {"straggling": straggling})

    def publish_again(self, device: str) -> bool:
        """Mark a device's desired state as unpublished; False when it already is, or its rollout has ended."""
        with self._database.transaction():
            return self._database.run("publish_again", {"device": device}) > 0

    def is_known(self, device: str) -> bool:
        """Whether the device was heard of, or heard of again."""
        return self._database.number("is_known", {"device": device}) > 0

    def reported_by(self, device: str) -> str:
        """What a device reported last, as JSON; empty before the first report."""
        found = self._database.rows("reported_by", {"device": device})
        return str(found[0]["reported"]) if found else ""

    def renew(self, signed_by: str, before: str) -> int:
        """Mark as unpublished what this key has not signed, and what expires before this time; returns how many."""
        due = {"signed_by": signed_by, "before": before}
        if not self._database.number("due_for_renewal", due):
            return 0
        with self._database.transaction():
            return self._database.run("renew", due)

    def mark_published(self, confirmed: Sequence[SentOrder]) -> None:
        """Mark desired states as confirmed; those of forgotten devices go."""
        with self._database.transaction():
            rows = [each._asdict() for each in confirmed]
            self._database.many("mark_published", rows)
            self._database.many("delete_forgotten", [{"device": each.device} for each in confirmed])

    def _rows(self, query: str, values: Values) -> list[DesiredRow]:
        return [desired_row(row) for row in self._database.rows(query, values)]


def desired_row(row: Row) -> DesiredRow:
    """A desired state from its row."""
    return DesiredRow(**{**dict(row), "published": bool(row["published"])})
