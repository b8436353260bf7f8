"""Mosquitto, a controller on a cluster of PostgreSQL, and simulated devices, which count what they give out."""

import time
from pathlib import Path
from typing import Any

import psycopg
from acceptance.fleet import Program
from controller_process import eventually
from real_broker import Mosquitto
from simulated_fleet import SimulatedFleet

DEVICES = 30
PATIENCE_S = 180.0
COUNTED = "SELECT device, epoch, count(*), count(DISTINCT seq), max(seq) FROM events GROUP BY 1, 2"


class ReplicatedFleet:
    """The database's URL names every node; which of them takes writes is for libpq to find out."""

    def __init__(self, folder: Path, broker: Mosquitto, url: str) -> None:
        self._url = url
        self.controller = Program(
            folder, "fer-controller", "serve", "--db", url, "--broker", broker.url, "--http", "",
            FER_CONTROLLER_INGEST__ACK_INTERVAL_MS="0", FER_CONTROLLER_INGEST__RETRY_MAX_S="1",
        )  # fmt: skip
        options = ("--events-per-s", "5", "--telemetry-s", "2", "--flush-s", "110")
        self.devices = SimulatedFleet(folder, broker.url, DEVICES, *options)

    def start(self) -> None:
        """Run both, and wait until events are stored."""
        self.controller.start()
        self.devices.start()
        self.until_stored()

    def end(self) -> None:
        """Whatever happened, leave no process behind."""
        self.devices.kill()
        self.controller.kill()

    def until_stored(self) -> float:
        """Wait until an event more is stored than whoever takes writes had; returns the seconds."""
        began_s, before = time.monotonic(), list[int]()

        def more() -> bool:
            newest = self._newest()
            if newest is not None:
                before.append(newest)
            return newest is not None and newest > before[0]

        eventually(more, f"events are stored: {self.controller.log.read_text()[-1000:]}", PATIENCE_S)
        return time.monotonic() - began_s

    def assert_exactly_once(self) -> str:
        """End the devices when all is acknowledged: each event is stored once, and none is lost; the counts."""
        status = self.devices.stop()
        given = {(each["device"], each["epoch"]): (each["events"],) * 3 for each in self.devices.devices}
        stored: dict[tuple[str, str], tuple[int, ...]] = {}

        def all_there() -> bool:
            stored.update({(device, epoch): tuple(counts) for device, epoch, *counts in self._rows(COUNTED) or []})
            return stored == given

        eventually(all_there, "what is stored is what was given out", PATIENCE_S)
        assert status == 0, self.devices.log
        assert self.controller.stop() == 0, self.controller.log.read_text()[-2000:]
        return f"{sum(count for count, *_ in given.values()):,} events, none lost, none twice"

    def _newest(self) -> int | None:
        rows = self._rows("SELECT coalesce(max(id), 0) FROM events")
        return rows[0][0] if rows else None

    def _rows(self, query: str) -> list[tuple[Any, ...]] | None:
        """None while nobody takes writes, or there is no such table yet."""
        try:
            with psycopg.connect(self._url, connect_timeout=2, options="-c statement_timeout=5s") as connection:
                return connection.execute(query.encode()).fetchall()
        except psycopg.Error:
            return None
