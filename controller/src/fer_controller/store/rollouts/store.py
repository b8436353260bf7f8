"""Rollouts in the database, for the runner, commands and the API."""

import json
from collections.abc import Iterable

from fer_controller.store.audit.records import AuditRow
from fer_controller.store.audit.store import NO_LIMIT, AuditStore
from fer_controller.store.database import Database, named
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.rollouts.desired import DesiredStore
from fer_controller.store.rollouts.records import (
    Changes,
    Failures,
    Heard,
    Order,
    RolloutRow,
    TargetRow,
    WaveRow,
)


class RolloutStore:
    """Rollouts and the subjects that they need; each change is one transaction."""

    def __init__(self, database: Database, origin: str = "") -> None:
        """The origin is where what is changed here is asked for."""
        self._database = database
        self.transaction = database.transaction
        self._audit = AuditStore(database, origin)
        self.devices = DeviceStore(database)
        self.desired = DesiredStore(database)
        self.measurements = MeasurementStore(database)

    def write(self, changes: Changes) -> None:
        """Store all changes in one transaction; raises StoreUnavailable."""
        with self._database.transaction():
            self._database.many("upsert_rollout", map(named, changes.rollouts.values()))
            self._database.many("upsert_wave", map(named, changes.waves.values()))
            self._database.many("upsert_target", map(named, changes.targets.values()))
            self._database.many("upsert_desired", map(named, changes.desired.values()))
            self._database.many("close_order", map(named, changes.orders))
            self._database.many("upsert_failures", map(named, changes.failures.values()))
            self._audit.append(changes.audit)

    def rollouts(self, limit: int = NO_LIMIT) -> list[RolloutRow]:
        """The newest rollouts, the newest first."""
        return self._database.records(RolloutRow, "rollouts", {"limit": limit})

    def rollouts_like(self, begin: str) -> list[RolloutRow]:
        """The rollouts whose id starts like this, the newest first."""
        return self._database.records(RolloutRow, "rollouts_like", {"begin": begin})

    def open_rollouts(self, now: str, waiting: str, straggling: str) -> list[RolloutRow]:
        """Rollouts that have not ended, or have a waiting order or a device in the straggling state; oldest first.

        Those in the waiting state come when their time has.
        """
        values = {"now": now, "waiting": waiting, "straggling": straggling}
        return self._database.records(RolloutRow, "open_rollouts", values)

    def under_way(self) -> list[RolloutRow]:
        """Rollouts that have not ended, the oldest first."""
        return self._database.records(RolloutRow, "rollouts_under_way")

    def by_state(self) -> dict[str, int]:
        """How many rollouts are in each state."""
        return {row["state"]: row["rollouts"] for row in self._database.rows("rollouts_by_state")}

    def waves(self, rollout: str) -> list[WaveRow]:
        """The waves of a rollout, the first first."""
        return self._database.records(WaveRow, "waves", {"rollout": rollout})

    def wave_states(self, rollout: str) -> list[tuple[int, str, int]]:
        """(wave, state, devices) of a rollout."""
        rows = self._database.rows("wave_states", {"rollout": rollout})
        return [(row["wave"], row["state"], row["devices"]) for row in rows]

    def targets(self, rollout: str) -> list[TargetRow]:
        """The devices of a rollout in the order in which they are told."""
        return self._database.records(TargetRow, "targets", {"rollout": rollout})

    def of_device(self, device: str, limit: int) -> list[tuple[RolloutRow, TargetRow]]:
        """The newest rollouts that a device was in, the newest first, and how it fared in each."""
        targets = self._database.records(TargetRow, "targets_of_device", {"device": device})
        fared = {each.rollout: each for each in targets}
        rows = self._database.records(RolloutRow, "rollouts_of_device", {"device": device, "limit": limit})
        return [(row, fared[row.id]) for row in rows if row.id in fared]

    def heard(self, rollout: str) -> list[Heard]:
        """Presence and report of a rollout's devices, without those never heard from."""
        return self._database.records(Heard, "heard", {"rollout": rollout})

    def busy(self, states: Iterable[str]) -> dict[str, dict[str, str]]:
        """By device and task: the latest unfinished rollout in which the device is in one of these states."""
        found: dict[str, dict[str, str]] = {}
        for row in self._database.rows("busy_devices", {"states": json.dumps(list(states))}):
            found.setdefault(row["device"], {})[row["task"]] = row["rollout"]
        return found

    def last_moves(self, devices: Iterable[str], states: Iterable[str], before: str = "") -> dict[str, str]:
        """When an update in one of these states last changed each device's model, before a moment if one is given."""
        values = {"devices": json.dumps(list(devices)), "states": json.dumps(list(states)), "before": before}
        return {row["device"]: row["moved_at"] for row in self._database.rows("last_moves", values)}

    def failures(self) -> dict[str, Failures]:
        """By device: failures in a row, and quarantine."""
        return {each.device: each for each in self._database.records(Failures, "failures")}

    def open_orders(self) -> list[Order]:
        """Orders that are still waiting, in the order in which they were given."""
        return self._database.records(Order, "open_orders")

    def order(self, id_: int) -> Order:
        """An order with its outcome."""
        return self._database.records(Order, "order_outcome", {"id": id_})[0]

    def give(self, rollout: str, action: str, actor: str, given_at: str, *, digest: str = "", reason: str = "") -> int:
        """Add an order for the runner; returns its id."""
        values = {
            "rollout": rollout, "action": action, "actor": actor, "given_at": given_at, "digest": digest,
            "reason": reason,
        }  # fmt: skip
        with self._database.transaction():
            return self._database.number("insert_order", values)

    def audit(self, rollout: str = "", after_id: int = 0, limit: int = NO_LIMIT) -> list[AuditRow]:
        """Audit entries of one rollout or of all, in the order in which they were made."""
        return self._audit.page(rollout, after_id, limit)
