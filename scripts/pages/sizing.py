"""docs/sizing.md: what fleets of several sizes need, worked out from what was measured."""

import json
from pathlib import Path
from typing import Any

import sizing
from sizing import POSTGRESQL, SQLITE, Fleet, Need

from pages.schema import table

SIZES = (10, 100, 1000, 10_000, 100_000, 1_000_000)
PARTS = {"server_cores": "its processors", "disk_gb": "its disk's size", "written_mb_per_s": "its disk's speed"}

INTRODUCTION = """\
# How large a machine

`scripts/sizing.py` multiplies a fleet's rates by the measured costs of a message, a row and a device. Ask it about
your own fleet:

    python scripts/sizing.py --devices 5000 --events-per-s 0.3 --events-days 90

Unless told otherwise it assumes {events_per_s:g} events a second from each device on average, {peak:g} times as many in
the busiest minute, and telemetry every {telemetry_every_s:g} s. Events are kept for {events_days:g} days, telemetry for
{telemetry_days:g}, rollups of minutes for {minutes_days:g} and of hours for {hours_days:g}. Cores are planned to be
{full:.0%} busy.
"""

COSTS = """\
## What was measured

`make bench PARTS=costs` on {cpu}, {cores} cores, Python {python}: medians of {rounds} rounds, in brackets the lowest
and the highest. An event is decoded, checked, and stored durably in batches of a thousand; PostgreSQL runs on the
same machine, durably too, and its time is that of its own processes. The write-ahead log of either engine is not in
the bytes, and PostgreSQL's are those after a full vacuum: plan for a fifth more, which autovacuum leaves.
"""

MORE = """\
Reading an event's packet and acknowledging it takes the controller {mqtt} µs; Mosquitto takes {mosquitto} µs to pass
an event on at QoS 1. A device takes {device} kB of an ingest's memory.
"""

FLEETS = """\
## What fleets need

A database file has one process that writes events to it. Where that process or one Mosquitto is not enough, use
PostgreSQL. Use it, too, if the death of the controller's machine must not cause an outage.
"""

ON_POSTGRESQL = """\
On PostgreSQL, without replicas; an ingest is one process on one core, and several may share a broker:
"""

MILLION = """\
## A million devices

On the database server the first limit is {part}: the fleet needs {times:.0f} times what an ordinary server has
({server_cores:g} cores, {disk_gb:g} GB, {written:g} MB/s). Keep events for fewer days, or divide the fleet into cells
of brokers and ingests, each with its own database, and add their results up from the daily files ([analyse
events](howto/analyse-events.md)). What was not measured here: a million connections at brokers, and the network
between machines.
"""


def page(root: Path) -> str:
    """The whole page; only its introduction while nothing was measured."""
    file = root / "docs" / "benchmarks.json"
    costs = json.loads(file.read_text("utf-8")).get("costs") if file.exists() else None
    usual = Fleet(1)
    introduction = INTRODUCTION.format(**vars(usual), full=sizing.FULL)
    if costs is None:
        return introduction
    both = [engine for engine in (SQLITE, POSTGRESQL) if engine in costs]
    parts = [introduction, _costs(costs, both), FLEETS, _fleets(costs, SQLITE)]
    if POSTGRESQL in both:
        parts += [ON_POSTGRESQL, _fleets(costs, POSTGRESQL), _million(costs)]
    return "\n".join(parts)


def _costs(costs: dict[str, Any], engines: list[str]) -> str:
    names = {"controller_us": "controller, µs", "server_us": "server, µs", "bytes": "bytes on the disk"}
    rows = [
        (engine, kind, *(_spread(costs[engine][kind][name]) for name in names))
        for engine in engines
        for kind in costs[engine]
    ]
    text = COSTS.format(**{name: costs["machine"][name] for name in ("cpu", "cores", "python")}, rounds=costs["rounds"])
    more = MORE.format(
        mqtt=_spread(costs["mqtt_us"]), mosquitto=_spread(costs["mosquitto_us"]), device=_spread(costs["device_kb"])
    )
    return "\n".join([text, table(("database", "of each", *names.values()), *rows), more])


def _fleets(costs: dict[str, Any], engine: str) -> str:
    head = ("devices", "events/s", "ingest cores", "server cores", "brokers", "ingests", "memory, MB", "GB a day", "GB")
    wanted = [(Fleet(devices), sizing.need(Fleet(devices), costs, engine)) for devices in SIZES]
    rows = [_row(fleet, need) for fleet, need in wanted if engine != SQLITE or sizing.suits_sqlite(need)]
    beyond = "" if engine != SQLITE or len(rows) == len(SIZES) else "\nLarger fleets need more than one ingest.\n"
    return table(head, *rows) + beyond


def _row(fleet: Fleet, need: Need) -> tuple[str, ...]:
    figures = (need.ingest_cores, need.server_cores)
    return (
        f"{fleet.devices:,}", f"{fleet.events:,.0f}", *(f"{cores:.2f}" for cores in figures), str(need.brokers),
        str(need.ingests), f"{need.ingest_memory_mb:,.0f}", f"{need.disk_gb_a_day:,.1f}", f"{need.disk_gb:,.0f}",
    )  # fmt: skip


def _million(costs: dict[str, Any]) -> str:
    part, times = sizing.gives_way_first(sizing.need(Fleet(1_000_000), costs, POSTGRESQL))
    has = sizing.Machine()
    return MILLION.format(
        part=PARTS[part], times=times, server_cores=has.server_cores, disk_gb=has.disk_gb, written=has.written_mb_per_s
    )


def _spread(figure: dict[str, float]) -> str:
    return f"{figure['median']:g} ({figure['min']:g}–{figure['max']:g})"
