"""fer-controller telemetry."""

import json
from collections.abc import Iterable

from fer_wire import Telemetry
from fer_wire.message import iso_utc, parse_possible
from fer_wire.printable import one_line

from fer_controller.cli import options, rollups
from fer_controller.cli.fields import with_options
from fer_controller.desk import telemetry as stored
from fer_controller.metrics.catalogue import METRICS
from fer_controller.operations.filters import TypedTelemetryFilter
from fer_controller.operations.telemetry import NEWEST_TELEMETRY, NewestTelemetryQuery, TelemetryMessageAnswer

SHOWN = tuple(metric for metric in METRICS if metric.heading)


@with_options
def telemetry(
    asked: NewestTelemetryQuery,
    follow: options.Follow = False,
    per: options.Per = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What devices report of their own health: frame rate, latency, temperatures, memory, spool."""
    if per is not None:
        rollups.refuse({"follow": follow})
    with options.desk(db, url, config) as desk:
        if per is not None:
            wanted = TypedTelemetryFilter(device=asked.device)
            rollups.print_telemetry(desk, per, wanted, asked.limit, json_=json_)
            return
        found = desk.ask(NEWEST_TELEMETRY, asked).messages
        if json_:
            options.print_lines(each.message for each in found)
        else:
            _print_table(found)
        if follow:
            after_id = found[-1].id if found else stored.last_id(desk)
            for each in stored.follow(desk, asked.device, after_id):
                options.print_line(each.message) if json_ else print(one_line("  ".join(_cells(each))), flush=True)


def _print_table(found: Iterable[TelemetryMessageAnswer]) -> None:
    table = options.table("time", "device", *(metric.heading for metric in SHOWN), "provider")
    for each in found:
        table.add_row(*map(options.plain, _cells(each)))
    options.print_table(table, empty="No telemetry is stored.")


def _cells(stored: TelemetryMessageAnswer) -> tuple[str, ...]:
    telemetry = parse_possible(Telemetry, json.dumps(stored.message))
    figures = (options.figure(metric.of(telemetry)) for metric in SHOWN)
    return (stored.received_at or iso_utc(telemetry.time), telemetry.device, *figures, telemetry.provider or "–")
