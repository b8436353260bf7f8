"""Desired states in the database: what rollouts wrote, and what the broker has confirmed of it."""

from collections.abc import Sequence

from fer_controller.store.database import Database, Row, Values
from fer_controller.store.rollouts.records import DesiredRow


class DesiredStore:
    """The newest desired state of each device; each change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_device(self, device: str) -> DesiredRow | None:
        """The newest desired state of a device."""
        return next(iter(self._rows("desired_of_device", {"device": device})), None)

    def of_rollout(self, rollout: str) -> list[DesiredRow]:
        """The newest desired states of a rollout's devices, whichever rollout wrote them."""
        return self._rows("desired_of", {"rollout": rollout})

    def unpublished(self, limit: int) -> list[DesiredRow]:
        """Desired states that the broker has not confirmed, oldest first."""
        return self._rows("unpublished_desired", {"limit": limit})

    def unpublished_of(self, rollout: str) -> int:
        """How many desired states of a rollout the broker has not confirmed."""
        return self._database.number("unpublished_of", {"rollout": rollout})

    def publish_unfinished_again(self, straggling: str) -> None:
        """Mark as unpublished what unfinished rollouts and devices in the state of a straggler desire."""
        with self._database.transaction():
            self._database.run("publish_unfinished_again", {"straggling": straggling})

    def publish_again(self, device: str) -> bool:
        """Mark a device's desired state as unpublished; False when it is not of an unfinished rollout, or is marked."""
        with self._database.transaction():
            return self._database.run("publish_again", {"device": device}) > 0

    def mark_published(self, confirmed: Sequence[tuple[str, int]]) -> None:
        """The broker confirmed these (device, sequence)."""
        with self._database.transaction():
            rows = [{"device": device, "sequence": sequence} for device, sequence in confirmed]
            self._database.many("mark_published", rows)

    def _rows(self, query: str, values: Values) -> list[DesiredRow]:
        return [_desired(row) for row in self._database.rows(query, values)]


def _desired(row: Row) -> DesiredRow:
    return DesiredRow(**{**dict(row), "published": bool(row["published"])})
