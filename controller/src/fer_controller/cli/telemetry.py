"""fer-controller telemetry."""

import json

from fer_terminal.choosing import Choice, Test, passing
from fer_terminal.columns import FIGURE, TIME, Column, Row
from fer_terminal.options import with_choice
from fer_wire import Telemetry
from fer_wire.message import iso_utc, parse_possible

from fer_controller.cli import options, rollups
from fer_controller.cli.fields import with_options
from fer_controller.desk import telemetry as stored
from fer_controller.desk.desk import Desk
from fer_controller.metrics.catalogue import METRICS
from fer_controller.operations.filters import TypedTelemetryFilter
from fer_controller.operations.telemetry import NEWEST_TELEMETRY, NewestTelemetryQuery, TelemetryMessageAnswer

SHOWN = tuple(metric for metric in METRICS if metric.heading)
COLUMNS = (
    Column("time", kind=TIME),
    Column("device"),
    *(Column(metric.heading, place, FIGURE) for place, metric in enumerate(SHOWN, start=2)),
    Column("provider", len(SHOWN) + 2),
)


@with_choice(COLUMNS, limit=False)
@with_options
def telemetry(
    asked: NewestTelemetryQuery,
    choice: Choice,
    follow: options.Follow = False,
    per: options.Per = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What devices report of their own health: frame rate, latency, temperatures, memory, spool."""
    if per is not None:
        rollups.refuse({"follow": follow or None})
    with options.desk(db, url, config) as desk:
        if per is not None:
            wanted = TypedTelemetryFilter(device=asked.device)
            rollups.print_telemetry(desk, per, wanted, asked.limit, choice, json_=json_)
            return
        found = desk.ask(NEWEST_TELEMETRY, asked.model_copy(update=choice.asking(asked.limit))).messages
        rows, documents = [_cells(each) for each in found], [each.message for each in found]
        shown = choice.counting(asked.limit)
        options.print_chosen(COLUMNS, rows, documents, shown, "No telemetry is stored.", json_=json_)
        if follow:
            after_id = found[-1].id if found else stored.last_id(desk)
            _follow(desk, asked.device, after_id, passing(choice, COLUMNS), json_=json_)


def _follow(desk: Desk, device: str | None, after_id: int, passes: Test, *, json_: bool) -> None:
    for each in stored.follow(desk, device, after_id):
        row = _cells(each)
        if passes(row):
            options.print_line(each.message) if json_ else options.print_row(COLUMNS, row)


def _cells(stored: TelemetryMessageAnswer) -> Row:
    telemetry = parse_possible(Telemetry, json.dumps(stored.message))
    figures = (metric.of(telemetry) for metric in SHOWN)
    return (stored.received_at or iso_utc(telemetry.time), telemetry.device, *figures, telemetry.provider)
