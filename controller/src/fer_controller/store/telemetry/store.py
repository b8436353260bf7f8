"""Telemetry in the database."""

from collections.abc import Iterable
from typing import Any

from fer_wire import Telemetry
from fer_wire.message import MAX_INT, iso_utc

from fer_controller.metrics.catalogue import STORED
from fer_controller.store.database import Database
from fer_controller.store.telemetry.records import Figures, StoredTelemetry

COLUMNS = ", ".join(metric.column for metric in STORED)
PARAMETERS = ", ".join(f":{metric.column}" for metric in STORED)


class TelemetryStore:
    """What devices measured of themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        """The newest telemetry of all devices by id, or of one device by its arrival; ascending by id."""
        query = "newest_telemetry" if device is None else "newest_telemetry_of_device"
        values = {"device": device, "settled": self._settled(), "limit": limit}
        return self._database.records(StoredTelemetry, query, values)

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        """The next telemetry in the order in which it was stored."""
        values = {"device": device, "after_id": after_id, "settled": self._settled(), "limit": limit}
        return self._database.records(StoredTelemetry, "telemetry_stored_after", values)

    def newest_of_each(self, after: str = "", limit: int = MAX_INT) -> list[StoredTelemetry]:
        """The newest telemetry of each device that sent any, by device: of the next so many of these."""
        return self._database.records(StoredTelemetry, "newest_telemetry_of_each", {"after": after, "limit": limit})

    def newest_figures(self, devices: str, since: str) -> dict[str, Figures]:
        """By device: what these, a JSON list of names, measured last of what arrived since a time."""
        rows = self._database.tuples("newest_figures", {"devices": devices, "since": since}).rows
        return {device: Figures(*measured) for device, *measured in rows}

    def add(self, messages: Iterable[Telemetry], received_at: str) -> None:
        """Store the messages that are new."""
        values = [_values(message, received_at) for message in messages]
        self._database.many("insert_telemetry", values, columns=COLUMNS, parameters=PARAMETERS)

    def _settled(self) -> int:
        return self._database.number("settled_telemetry")


def _values(telemetry: Telemetry, received_at: str) -> dict[str, Any]:
    return {
        "device": telemetry.device,
        "run": telemetry.run,
        "time": iso_utc(telemetry.time),
        "model": telemetry.model,
        "provider": telemetry.provider,
        "payload": telemetry.model_dump_json(),
        "received_at": received_at,
        **{metric.column: metric.of(telemetry) for metric in STORED},
    }
