"""The devices of a batch, locked until it is stored: what happened is carried out on the rows as they stand."""

from collections.abc import Sequence
from dataclasses import replace

from fer_controller.store.database import named
from fer_controller.store.devices.records import Device
from fer_controller.store.ingest.records import Batch
from fer_controller.store.postgresql.database import PostgresDatabase


class LockedDevices:
    """Rows that other processes write, too; within one transaction."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def put(self, batch: Batch) -> tuple[Device, ...]:
        """Store what became of the batch's devices, and return them as they are stored."""
        if not batch.devices:
            return ()
        found = self._locked(sorted(each.device for each in batch.devices))
        changed = [self._changed(found[each.device], each, batch) for each in batch.devices]
        moved = [each for each in changed if each != found[each.device]]
        self._database.many("upsert_device", map(named, sorted(moved, key=lambda each: each.device)))
        return tuple(changed)

    def _changed(self, row: Device, known: Device, batch: Batch) -> Device:
        change = batch.changes_of_devices.get(known.device)
        if change is None:
            return known
        changed = change(row)
        return replace(changed, last_seen=max(row.last_seen, changed.last_seen))

    def _locked(self, names: Sequence[str]) -> dict[str, Device]:
        """In an order that all processes keep, so that two never wait for each other."""
        found = self._rows(names)
        if missing := [name for name in names if name not in found]:
            self._database.many("insert_device", [named(Device(name)) for name in missing])
            found = self._rows(names)
        return found

    def _rows(self, names: Sequence[str]) -> dict[str, Device]:
        rows = self._database.records(Device, "lock_devices", {"devices": list(names)})
        return {row.device: row for row in rows}
