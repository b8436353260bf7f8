"""fer-controller events."""

from typing import Annotated

import typer
from fer_terminal.choosing import MOST_FILTERED, Choice, Test, passing
from fer_terminal.columns import FIGURE, TIME, Column, Row
from fer_terminal.options import for_programs, with_choice

from fer_controller.cli import options, rollups
from fer_controller.cli.fields import with_options
from fer_controller.desk import events as stored
from fer_controller.desk.desk import Desk
from fer_controller.operations.events import NEWEST_EVENTS, NewestEventsQuery, document
from fer_controller.operations.filters import TypedEmotionFilter, TypedEventFilter
from fer_controller.store.events.records import StoredEvent

NEWEST_ON_TERMINAL = 50
COLUMNS = (
    Column("time", kind=TIME), Column("device"), Column("camera", 2), Column("seq", 7, FIGURE),
    Column("track", 6, FIGURE), Column("kind", 4), Column("emotion"), Column("confidence", 3, FIGURE),
    Column("uncertain", 8), Column("model", 5),
)  # fmt: skip
YES_OR_NO = {True: "yes", False: "no", None: None}
MISDATED = "(arrived)"
"""After the time of an event that is filed by its arrival, because its device's clock was wrong."""


@with_choice(COLUMNS, limit=False)
@with_options
def events(
    wanted: TypedEventFilter,
    choice: Choice,
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
    """The stored events, ascending by time; or how many of each emotion there were in each minute, hour or day."""
    if per is None and summed:
        raise typer.BadParameter("--sum sums rollups; give it together with --per minute, hour or day.")
    if per is not None:
        rollups.refuse({"follow": follow or None, **wanted.model_dump(exclude={*TypedEmotionFilter.model_fields})})
    with options.desk(db, url, config) as desk:
        if per is not None:
            rollups.print_emotions(desk, per, wanted, limit, choice, summed=summed, json_=json_)
        elif json_ and limit is None and not choice.sort:
            _print_all(desk, wanted, for_programs(choice), follow=follow)
        else:
            most = (MOST_FILTERED if json_ else NEWEST_ON_TERMINAL) if limit is None else limit
            _print_newest(desk, wanted, most, choice, follow=follow, json_=json_)


def _print_all(desk: Desk, wanted: TypedEventFilter, choice: Choice, *, follow: bool) -> None:
    """One by one, so that memory stays flat."""
    last_id, passes = stored.last_id(desk), passing(choice, COLUMNS)
    for each in stored.every(desk, wanted):
        if (not follow or each.id <= last_id) and passes(_cells(each)):
            options.print_lines([document(each)])
    if follow:
        _follow(desk, wanted, last_id, passes, json_=True)


def _print_newest(
    desk: Desk, wanted: TypedEventFilter, limit: int, choice: Choice, *, follow: bool, json_: bool
) -> None:
    asked = NewestEventsQuery(**dict(wanted), limit=limit).model_copy(update=choice.asking(limit))
    found = desk.ask(NEWEST_EVENTS, asked)
    rows, documents = [_cells(each) for each in found.events], [document(each) for each in found.events]
    options.print_chosen(COLUMNS, rows, documents, choice.counting(limit), "No such event is stored.", json_=json_)
    if follow:
        _follow(desk, wanted, found.last_id, passing(choice, COLUMNS), json_=json_)


def _follow(desk: Desk, wanted: TypedEventFilter, last_id: int, passes: Test, *, json_: bool) -> None:
    for event in stored.follow(desk, wanted, last_id):
        row = _cells(event)
        if passes(row):
            options.print_line(document(event)) if json_ else options.print_row(COLUMNS, row)


def _cells(event: StoredEvent) -> Row:
    return (
        f"{event.time} {MISDATED}" if event.device_time else event.time, event.device, event.camera, event.seq,
        event.track, event.kind, event.emotion, f"{event.confidence:.0%}",
        YES_OR_NO[event.uncertain], event.model,
    )  # fmt: skip
