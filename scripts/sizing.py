"""What a fleet needs: cores, memory and disk, from what was measured (docs/benchmarks.json, `make bench PARTS=costs`).

python scripts/sizing.py --devices 5000 --events-per-s 0.3 --events-days 90
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.json"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
DAY_S, MINUTES, HOURS = 86_400, 1440, 24
FULL = 0.6
"""The share of a core, or of anything, that is planned for; the rest is for what nobody planned."""
PROGRAM_MB = 70.0
"""What an ingest takes before it knows a device."""


@dataclass(frozen=True)
class Fleet:
    """Devices and what they send."""

    devices: int
    events_per_s: float = 0.1
    """Of one device, on average over day and night: a face that stays makes one every five seconds."""
    peak: float = 3.0
    """How many times as much in the busiest minute."""
    telemetry_every_s: float = 10.0
    events_days: float = 90.0
    telemetry_days: float = 7.0
    minutes_days: float = 30.0
    hours_days: float = 365.0
    emotions: float = 2.0
    """How many emotions a device tells of in a minute, and so how many rollups it makes."""

    @property
    def events(self) -> float:
        """A second."""
        return self.devices * self.events_per_s

    @property
    def telemetry(self) -> float:
        """Messages a second."""
        return self.devices / self.telemetry_every_s

    @property
    def rollups(self) -> float:
        """How many are kept."""
        a_device = (1 + self.emotions) * (MINUTES * self.minutes_days + HOURS * self.hours_days)
        return self.devices * a_device


@dataclass(frozen=True)
class Need:
    """What a fleet takes at its peak; cores are those of the machine that was measured."""

    ingest_cores: float
    server_cores: float
    broker_cores: float
    ingest_memory_mb: float
    disk_gb: float
    disk_gb_a_day: float
    written_mb_per_s: float

    @property
    def ingests(self) -> int:
        """Processes that read from brokers, each of which uses one core."""
        return ceil(self.ingest_cores / FULL)

    @property
    def brokers(self) -> int:
        """Mosquitto uses one core."""
        return ceil(self.broker_cores / FULL)


@dataclass(frozen=True)
class Machine:
    """An ordinary server, against which needs are held to tell which gives way first."""

    server_cores: float = 16
    disk_gb: float = 4000
    written_mb_per_s: float = 200


def need(fleet: Fleet, costs: Mapping[str, Any], engine: str) -> Need:
    """Rates times costs."""
    cost = costs[engine]
    events, telemetry = fleet.events * fleet.peak, fleet.telemetry
    each: dict[str, dict[str, float]] = {
        kind: {name: figure["median"] for name, figure in cost[kind].items()} for kind in cost
    }

    def cores(part: str, beside_us: float = 0.0) -> float:
        rolled_up = each["rollup"][part] + beside_us
        return (events * (each["event"][part] + rolled_up) + telemetry * (each["telemetry"][part] + rolled_up)) / 1e6

    a_second_bytes = fleet.events * each["event"]["bytes"] + fleet.telemetry * each["telemetry"]["bytes"]
    kept_bytes = DAY_S * (
        fleet.events * each["event"]["bytes"] * fleet.events_days
        + fleet.telemetry * each["telemetry"]["bytes"] * fleet.telemetry_days
    )
    return Need(
        ingest_cores=cores("controller_us", costs["mqtt_us"]["median"]),
        server_cores=cores("server_us"),
        broker_cores=(events + telemetry) * costs["mosquitto_us"]["median"] / 1e6,
        ingest_memory_mb=PROGRAM_MB + fleet.devices * costs["device_kb"]["median"] / 1000,
        disk_gb=(kept_bytes + fleet.rollups * each["rollup"]["bytes"]) / 1e9,
        disk_gb_a_day=a_second_bytes * DAY_S / 1e9,
        written_mb_per_s=(events * each["event"]["bytes"] + telemetry * each["telemetry"]["bytes"]) / 1e6,
    )


def suits_sqlite(wanted: Need) -> bool:
    """Whether one process and one broker do; a database file has one process that writes events."""
    return wanted.ingests <= 1 and wanted.brokers <= 1


def gives_way_first(wanted: Need, machine: Machine | None = None) -> tuple[str, float]:
    """Which of the database server's parts is asked for most, and how many times an ordinary server's it is."""
    has = machine or Machine()
    asked = {each.name: getattr(wanted, each.name) / getattr(has, each.name) for each in fields(has)}
    part = max(asked, key=lambda name: asked[name])
    return part, asked[part]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for each in fields(Fleet):
        default = {"default": each.default} if isinstance(each.default, float) else {"required": True}
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=float, **default)
    asked = vars(parser.parse_args())
    costs = json.loads(BENCHMARKS.read_text("utf-8")).get("costs")
    if costs is None:
        parser.error(f"{BENCHMARKS} has no costs yet; measure them with `make bench PARTS=costs`.")
    fleet = Fleet(**{**asked, "devices": int(asked["devices"])})
    for engine in (SQLITE, POSTGRESQL):
        wanted = need(fleet, costs, engine)
        print(f"{engine}: {'enough' if engine == POSTGRESQL or suits_sqlite(wanted) else 'not enough'}")
        for each in fields(wanted):
            print(f"  {each.name:18} {getattr(wanted, each.name):,.2f}")
        print(f"  {'ingests':18} {wanted.ingests}\n  {'brokers':18} {wanted.brokers}")


if __name__ == "__main__":
    main()
