"""fer-controller events."""

from typing import Annotated

import typer
from fer_wire.printable import one_line

from fer_controller.cli import options, rollups
from fer_controller.cli.fields import with_options
from fer_controller.desk import events as stored
from fer_controller.desk.desk import Desk
from fer_controller.operations.events import NEWEST_EVENTS, NewestEventsQuery, document
from fer_controller.operations.filters import TypedEventFilter
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EmotionFilter

NEWEST_ON_TERMINAL = 50
MISDATED = "(arrived)"
"""After the time of an event that is filed by its arrival, because its device's clock was wrong."""


@with_options
def events(
    wanted: TypedEventFilter,
    limit: Annotated[
        int | None, typer.Option(min=0, help="The newest so many (by default 50 in a table, all with --json).")
    ] = None,
    follow: options.Follow = False,
    per: options.Per = None,
    summed: Annotated[bool, typer.Option("--sum", help="With --per: of all devices and cameras together.")] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The stored events, ascending by time; or how many of each emotion there were in each minute or hour."""
    if per is None and summed:
        raise typer.BadParameter("--sum sums rollups; give it together with --per minute or --per hour.")
    if per is not None:
        rollups.refuse({"follow": follow, **wanted.model_dump(exclude={*EmotionFilter.model_fields})})
    with options.desk(db, url, config) as desk:
        if per is not None:
            rollups.print_emotions(desk, per, wanted, limit, summed=summed, json_=json_)
        elif json_:
            _print_lines(desk, wanted, limit, follow=follow)
        else:
            _print_table(desk, wanted, NEWEST_ON_TERMINAL if limit is None else limit, follow=follow)


def _print_lines(desk: Desk, wanted: TypedEventFilter, limit: int | None, *, follow: bool) -> None:
    last_id = stored.last_id(desk)
    if limit is None:
        options.print_lines(document(each) for each in stored.every(desk, wanted) if not follow or each.id <= last_id)
    else:
        newest = NewestEventsQuery(**dict(wanted), limit=limit, up_to_id=last_id)
        options.print_lines(map(document, desk.ask(NEWEST_EVENTS, newest).events))
    if follow:
        for event in stored.follow(desk, wanted, last_id):
            options.print_line(document(event))


def _print_table(desk: Desk, wanted: TypedEventFilter, limit: int, *, follow: bool) -> None:
    found = desk.ask(NEWEST_EVENTS, NewestEventsQuery(**dict(wanted), limit=limit))
    table = options.table("time", "device", "camera", "seq", "track", "kind", "emotion", "confidence", "model")
    for event in found.events:
        table.add_row(*map(options.plain, _cells(event)))
    options.print_table(table, empty="No such event is stored.")
    if follow:
        for event in stored.follow(desk, wanted, found.last_id):
            print(one_line("  ".join(_cells(event))), flush=True)


def _cells(event: StoredEvent) -> tuple[str, ...]:
    return (
        f"{event.time} {MISDATED}" if event.device_time else event.time, event.device, event.camera, str(event.seq),
        str(event.track), event.kind, event.emotion, f"{event.confidence:.0%}", event.model,
    )  # fmt: skip
