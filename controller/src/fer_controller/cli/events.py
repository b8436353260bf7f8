"""fer-controller events."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from fer_controller.cli import options, rollups
from fer_controller.errors import SettingsError
from fer_controller.store.contract import EventReader
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter

NEWEST_ON_TERMINAL = 50
ALL = sys.maxsize


def events(
    db: options.Db = None,
    device: options.Device = None,
    camera: options.Camera = None,
    emotion: options.Emotion = None,
    kind: options.Kind = None,
    track: options.Track = None,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="The newest so many (by default 50 in a table, all with --json).")
    ] = None,
    follow: options.Follow = False,
    per: options.Per = None,
    summed: Annotated[bool, typer.Option("--sum", help="With --per: of all devices and cameras together.")] = False,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The stored events, ascending by time; or how many of each emotion there were in each minute or hour."""
    wanted = event_filter(device, camera, emotion, kind, track, since, until)
    if per is None and summed:
        raise typer.BadParameter("--sum sums rollups; give it together with --per minute or --per hour.")
    if per is not None:
        rollups.refuse(kind=kind, track=track, follow=follow)
    with options.desk(db, url, config) as desk:
        if per is not None:
            rollups.print_emotions(desk, per, wanted, limit, summed=summed, json_=json_)
        elif json_:
            _print_lines(desk, wanted, limit, follow=follow)
        else:
            _print_tables(desk, wanted, NEWEST_ON_TERMINAL if limit is None else limit, follow=follow)


def event_filter(
    device: str | None,
    camera: str | None,
    emotion: str | None,
    kind: str | None,
    track: int | None,
    since: str | None,
    until: str | None,
) -> EventFilter:
    """What the options of events and export ask for."""
    from fer_controller.desk.events import moment

    now = datetime.now(UTC)
    try:
        bounds = {name: moment(text, now) for name, text in (("since", since), ("until", until)) if text is not None}
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    return EventFilter(device=device, camera=camera, emotion=emotion, kind=kind, track=track, **bounds)


def _print_lines(store: EventReader, wanted: EventFilter, limit: int | None, *, follow: bool) -> None:
    from fer_controller.desk import events as stored

    last_id = store.last_event_id()
    found: Iterable[StoredEvent] = store.newest_events(wanted, limit, last_id) if limit is not None else ()
    if limit is None:
        found = (event for event in stored.every(store, wanted) if not follow or event.id <= last_id)
    options.print_lines(event.document() for event in found)
    if follow:
        for event in stored.follow(store, wanted, last_id):
            options.print_line(event.document())


def _print_tables(store: EventReader, wanted: EventFilter, limit: int, *, follow: bool) -> None:
    from fer_controller.desk import events as stored

    found, last_id = stored.newest(store, wanted, limit)
    table = options.table("time", "device", "camera", "seq", "track", "kind", "emotion", "confidence", "model")
    for event in found:
        table.add_row(*map(options.plain, _cells(event)))
    options.print_table(table, empty="No such event is stored.")
    if follow:
        for event in stored.follow(store, wanted, last_id):
            print("  ".join(_cells(event)), flush=True)


def _cells(event: StoredEvent) -> tuple[str, ...]:
    return (
        event.time, event.device, event.camera, str(event.seq), str(event.track), event.kind, event.emotion,
        f"{event.confidence:.0%}", event.model,
    )  # fmt: skip
