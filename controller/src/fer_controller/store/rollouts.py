"""Rollouts in the SQLite file; opened beside a running controller, by its runner, its publisher and by commands."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from fer_controller.store.queries import QUERIES
from fer_controller.store.rollout_records import (
    AuditRow,
    Changes,
    DesiredRow,
    EmotionSums,
    Failures,
    Heard,
    Label,
    Order,
    RolloutRow,
    TargetRow,
    TelemetrySums,
    WaveRow,
    Window,
)
from fer_controller.store.sqlite import SqliteWriter

CPU_PROVIDER = "CPUExecutionProvider"
EVENT_ENDED = "end"
NO_LIMIT = 2**62


class RolloutStore(SqliteWriter):
    """One connection; raises StoreError when there is no such database, or it is none of ours."""

    def write(self, changes: Changes) -> None:
        """All of it in one transaction, or nothing; raises StoreUnavailable."""
        with self._trouble(), self._transaction():
            self._many("upsert_rollout", [_row(each) for each in changes.rollouts.values()])
            self._many("upsert_wave", [_row(each) for each in changes.waves.values()])
            self._many("upsert_target", [_row(each) for each in changes.targets.values()])
            self._many("upsert_desired", [_row(each) for each in changes.desired.values()])
            self._many("close_order", [(order.done_at, order.outcome, order.id) for order in changes.orders])
            self._many("upsert_failures", [_row(each) for each in changes.failures.values()])
            self._many("insert_audit", [_row(each)[:-1] for each in changes.audit])

    def rollouts(self, limit: int = NO_LIMIT) -> list[RolloutRow]:
        """The newest rollouts, the newest first."""
        return [RolloutRow(*row) for row in self._rows("rollouts", (limit,))]

    def rollouts_like(self, begin: str) -> list[RolloutRow]:
        """The rollouts whose id begins so, the newest first."""
        return [RolloutRow(*row) for row in self._rows("rollouts_like", {"begin": begin})]

    def open_rollouts(self, straggling: str) -> list[RolloutRow]:
        """Not ended, or with an order that waits or a device in the state of a straggler; oldest first."""
        return [RolloutRow(*row) for row in self._rows("open_rollouts", {"straggling": straggling})]

    def waves(self, rollout: str) -> list[WaveRow]:
        """The waves of a rollout, the first first."""
        return [WaveRow(*row) for row in self._rows("waves", (rollout,))]

    def targets(self, rollout: str) -> list[TargetRow]:
        """The devices of a rollout in the order in which they are told."""
        return [TargetRow(*row) for row in self._rows("targets", (rollout,))]

    def heard(self, rollout: str) -> list[Heard]:
        """Presence and report of those devices of a rollout that were ever heard of."""
        return [Heard(*row) for row in self._rows("heard", (rollout,))]

    def desired_of(self, rollout: str) -> list[DesiredRow]:
        """The newest desired states of a rollout's devices, whichever rollout wrote them."""
        return [_desired(row) for row in self._rows("desired_of", (rollout,))]

    def busy(self, states: Iterable[str]) -> dict[str, str]:
        """By device: the latest unfinished rollout in which it is in one of these states."""
        return dict(self._rows("busy_devices", (json.dumps(list(states)),)))

    def wave_states(self, rollout: str) -> list[tuple[int, str, int]]:
        """(wave, state, devices) of a rollout."""
        return [tuple(row) for row in self._rows("wave_states", (rollout,))]

    def unpublished_of(self, rollout: str) -> int:
        """How many desired states of a rollout the broker has not confirmed."""
        return int(self._rows("unpublished_of", (rollout,))[0][0])

    def open_orders(self) -> list[Order]:
        """Orders not taken up yet, in the order in which they were given."""
        return [Order(*row) for row in self._rows("open_orders")]

    def order(self, id_: int) -> Order:
        """An order as it stands."""
        return Order(*self._rows("order_outcome", (id_,))[0])

    def give(self, rollout: str, action: str, actor: str, given_at: str) -> int:
        """An operator's order for the runner; returns its id."""
        with self._trouble(), self._transaction():
            cursor = self._db.execute(QUERIES["insert_order"], (rollout, action, actor, given_at))
        return int(cursor.lastrowid or 0)

    def failures(self) -> dict[str, Failures]:
        """By device: failures in a row, and quarantine."""
        return {row[0]: Failures(*row) for row in self._rows("failures")}

    def audit(self, rollout: str = "", after_id: int = 0, limit: int = NO_LIMIT) -> list[AuditRow]:
        """The decisions of one rollout or of all, in the order in which they were made."""
        values = {"rollout": rollout, "after_id": after_id, "limit": limit}
        return [AuditRow(*row) for row in self._rows("audit_of", values)]

    def labels(self) -> list[Label]:
        """All labels by device and key."""
        return [Label(*row) for row in self._rows("labels")]

    def label(self, given: Sequence[Label], removed: Sequence[tuple[str, str]], at: str, by: str) -> None:
        """Set labels, and take (device, key) off."""
        with self._trouble(), self._transaction():
            self._many("set_label", [(each.device, each.key, each.value, at, by) for each in given])
            self._many("remove_label", removed)

    def unpublished(self, limit: int) -> list[DesiredRow]:
        """Desired states that the broker has not confirmed, oldest first."""
        return [_desired(row) for row in self._rows("unpublished_desired", (limit,))]

    def publish_unfinished_again(self, straggling: str) -> None:
        """Mark as unpublished what unfinished rollouts and stragglers desire."""
        self._run("publish_unfinished_again", [(straggling,)])

    def publish_again(self, device: str) -> bool:
        """Mark a device's desired state as unpublished; False when it is not of an unfinished rollout, or is marked."""
        with self._trouble(), self._transaction():
            return self._db.execute(QUERIES["publish_again"], (device,)).rowcount > 0

    def mark_published(self, confirmed: Sequence[tuple[str, int]]) -> None:
        """The broker confirmed these (device, sequence)."""
        self._run("mark_published", confirmed)

    def desired(self, device: str) -> DesiredRow | None:
        """The newest desired state of a device."""
        rows = self._rows("desired_of_device", (device,))
        return _desired(rows[0]) if rows else None

    def last_moves(self, devices: Iterable[str], states: Iterable[str]) -> dict[str, str]:
        """When an update in one of these states last changed each device's model."""
        values = {"devices": json.dumps(list(devices)), "states": json.dumps(list(states))}
        return dict(self._rows("last_moves", values))

    def telemetry_sums(self, windows: Sequence[Window]) -> list[TelemetrySums]:
        """Each device's telemetry in its window; none for one that was silent."""
        return [
            TelemetrySums(*row)
            for row in self._rows("telemetry_sums", {"windows": _json(windows), "cpu": CPU_PROVIDER})
        ]

    def emotion_sums(self, windows: Sequence[Window]) -> list[EmotionSums]:
        """Each device's emotions in its window; none for one that saw none."""
        if not windows:
            return []
        first_id = self._first_event_since(min(window.since for window in windows))
        for query in ("make_windows", "clear_windows"):
            self._rows(query)
        with self._trouble():
            self._many("insert_window", [(window.device, window.since, window.until) for window in windows])
        values = {"first_id": first_id, "ended": EVENT_ENDED}
        return [EmotionSums(*row) for row in self._rows("emotion_sums", values)]

    def _first_event_since(self, since: str) -> int:
        """The lowest id of an event stored since then; ids and times of arrival grow together."""
        low, high = 1, int(self._rows("last_event_id")[0][0]) + 1
        while low < high:
            middle = (low + high) // 2
            found = self._rows("event_arrival", (middle,))
            if found and found[0][1] < since:
                low = found[0][0] + 1
            else:
                high = middle
        return low

    def _run(self, query: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._trouble(), self._transaction():
            self._many(query, rows)


def _row(record: Any) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in record.__slots__)


def _desired(row: Sequence[Any]) -> DesiredRow:
    fields: Any = (*row[:7], bool(row[7]))
    return DesiredRow(*fields)


def _json(windows: Sequence[Window]) -> str:
    return json.dumps([(window.device, window.since, window.until) for window in windows])
