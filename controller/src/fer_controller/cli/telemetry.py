"""fer-controller telemetry."""

import json
from typing import Annotated

import typer
from fer_wire import Telemetry
from fer_wire.message import iso_utc

from fer_controller.cli import options, rollups
from fer_controller.metrics.catalogue import METRICS
from fer_controller.store.filter import EventFilter
from fer_controller.store.telemetry.records import StoredTelemetry

NEWEST = 50
SHOWN = tuple(metric for metric in METRICS if metric.heading)


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
                if json_:
                    options.print_line(json.loads(message.payload))
                else:
                    print("  ".join(_cells(message.payload)), flush=True)


def _print_table(found: list[StoredTelemetry]) -> None:
    table = options.table("time", "device", *(metric.heading for metric in SHOWN), "provider")
    for message in found:
        table.add_row(*map(options.plain, _cells(message.payload)))
    options.print_table(table, empty="No telemetry is stored.")


def _cells(payload: str) -> tuple[str, ...]:
    telemetry = Telemetry.model_validate_json(payload)
    figures = (options.figure(metric.of(telemetry)) for metric in SHOWN)
    return (iso_utc(telemetry.time), telemetry.device, *figures, telemetry.provider or "–")
