"""fer-controller telemetry."""

import json
from typing import Annotated, Any

import typer

from fer_controller.cli import options, rollups
from fer_controller.store.filter import EventFilter
from fer_controller.store.telemetry.records import StoredTelemetry

NEWEST = 50


def telemetry(
    db: options.Db = None,
    device: options.Device = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many.")] = NEWEST,
    follow: options.Follow = False,
    per: options.Per = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What devices say of their own health: frame rate, latency, temperatures, memory, spool."""
    from fer_controller.desk import telemetry as stored

    if per is not None:
        rollups.refuse(follow=follow)
    with options.desk(db, url, config) as desk:
        if per is not None:
            rollups.print_telemetry(desk, per, EventFilter(device=device), limit, json_=json_)
            return
        found = stored.newest(desk, device, limit)
        if json_:
            options.print_lines(json.loads(message.payload) for message in found)
        else:
            _print_table(found)
        if follow:
            last_id = max((message.id for message in desk.newest_telemetry(None, 1)), default=0)
            for message in stored.follow(desk, device, found[-1].id if found else last_id):
                document = json.loads(message.payload)
                options.print_line(document) if json_ else print("  ".join(_cells(document)), flush=True)


def _print_table(found: list[StoredTelemetry]) -> None:
    columns = ("time", "device", "fps", "p95 ms", "CPU %", "CPU °C", "GPU %", "memory MB", "pending", "provider")
    table = options.table(*columns)
    for message in found:
        table.add_row(*map(options.plain, _cells(json.loads(message.payload))))
    options.print_table(table, empty="No telemetry is stored.")


def _cells(document: dict[str, Any]) -> tuple[str, ...]:
    host, cameras = document["host"], document["cameras"]
    rates = [camera["fps"] for camera in cameras if camera["fps"] is not None]
    latencies = [camera["latency_p95_ms"] for camera in cameras if camera["latency_p95_ms"] is not None]
    numbers = (
        sum(rates) if rates else None, max(latencies, default=None), host["cpu_percent"], host["cpu_temperature_c"],
        host["gpu_percent"], host["memory_used_mb"],
    )  # fmt: skip
    return (
        document["time"],
        document["device"],
        *("–" if number is None else f"{number:.1f}" for number in numbers),
        str(document["spool"]["pending_events"]),
        document["provider"] or "–",
    )
