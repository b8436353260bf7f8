"""Devices and their labels in the database."""

from collections.abc import Iterable, Sequence

from fer_controller.store.database import Database, named
from fer_controller.store.devices.records import Device, Label, TakenOut

OF_ITSELF = ("devices", "labels", "device_failures", "commands")
SENT = ("events", "telemetry")
MADE_OF_IT = ("emotion_rollups", "telemetry_rollups", "gaps", "streams")
ROWS_AT_A_TIME = 5000


class DeviceStore:
    """What is known of each device."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Device]:
        """All devices ever heard from, by name."""
        return self._database.records(Device, "devices")

    def after(self, device: str, limit: int) -> list[Device]:
        """The next so many by name; the first are after ""."""
        return self._database.records(Device, "devices_after", {"after": device, "limit": limit})

    def of(self, device: str) -> Device | None:
        """One device; None where nothing was ever heard from it."""
        return self._database.first(Device, "device", {"device": device})

    def names(self) -> list[str]:
        """The name of every device that was ever heard of, enrolled or labelled."""
        return [row["device"] for row in self._database.rows("known_devices")]

    def put(self, devices: Iterable[Device]) -> None:
        """Insert or replace these devices."""
        self._database.many("upsert_device", map(named, devices))

    def labels(self) -> list[Label]:
        """All labels by device and key."""
        return self._database.records(Label, "labels")

    def labels_of_each(self) -> dict[str, dict[str, str]]:
        """By device: its labels by key, of those that have any."""
        found: dict[str, dict[str, str]] = {}
        for device, key, value in self._database.tuples("labels").rows:
            found.setdefault(device, {})[key] = value
        return found

    def label(self, given: Sequence[Label], removed: Sequence[tuple[str, str]], at: str, by: str) -> None:
        """Set labels, and remove those with these (device, key)."""
        with self._database.transaction():
            self._database.many("set_label", [{**named(each), "set_at": at, "set_by": by} for each in given])
            self._database.many("remove_label", [{"device": device, "key": key} for device, key in removed])

    def revoke(self, device: str, at: str, by: str) -> None:
        """Take a device out of the fleet, until it is readmitted; forgetting it changes nothing of that."""
        with self._database.transaction():
            self._database.run("revoke_device", {"device": device, "at": at, "by": by})

    def readmit(self, device: str) -> bool:
        """Take a device in again; False when it was not revoked."""
        with self._database.transaction():
            return self._database.run("readmit_device", {"device": device}) > 0

    def revoked(self) -> frozenset[str]:
        """The devices that were taken out of the fleet."""
        return frozenset(self.taken_out())

    def is_revoked(self, device: str) -> bool:
        """Whether this device was taken out of the fleet."""
        return bool(self._database.rows("revoked_device", {"device": device}))

    def taken_out(self) -> dict[str, TakenOut]:
        """By device: when it was taken out of the fleet, and by whom."""
        return {each.device: each for each in self._database.records(TakenOut, "revoked_devices")}

    def enrolled(self) -> frozenset[str]:
        """The devices that have a token or a certificate that was not revoked."""
        return frozenset(row["device"] for row in self._database.rows("enrolled_devices"))

    def forget(self, device: str) -> None:
        """Delete what is known of a device itself: presence, report, labels, failures."""
        with self._database.transaction():
            for table in OF_ITSELF:
                self._database.run("forget", {"device": device}, table=table)

    def forget_sent(self, device: str) -> None:
        """Delete its events and telemetry, and what was made of them, a few at a time so that the ingest goes on."""
        for table in SENT:
            while self._database.run("forget_some", {"device": device, "limit": ROWS_AT_A_TIME}, table=table):
                pass
        with self._database.transaction():
            for table in MADE_OF_IT:
                self._database.run("forget", {"device": device}, table=table)
