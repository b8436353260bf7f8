"""Rollups as `telemetry --per` and `events --per` print them."""

import sys
from collections.abc import Mapping

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, Column, Row

from fer_controller.cli import options
from fer_controller.desk.desk import Desk
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.operations.events import EMOTION_ROLLUPS, EmotionRollupsQuery
from fer_controller.operations.filters import TypedEmotionFilter, TypedEventFilter
from fer_controller.operations.telemetry import TELEMETRY_ROLLUPS, TelemetryRollupsQuery
from fer_controller.store.filter import TelemetryFilter
from fer_controller.store.rollups.records import RESOLUTIONS, EmotionRollup, TelemetryRollup

NEWEST_IN_TABLE = 50
ALL = "all"
EMPTY = "Nothing is rolled up for that."
TELEMETRY_COLUMNS = (
    Column("from", kind=TIME),
    Column("device"),
    Column("samples", len(SUMMARIZED) + 2, FIGURE),
    *(Column(summary.heading, place, FIGURE) for place, (_, summary) in enumerate(SUMMARIZED, start=2)),
)
EMOTION_COLUMNS = (
    Column("from", kind=TIME), Column("device", 3), Column("camera", 4), Column("emotion"),
    Column("events", kind=FIGURE), Column("faces", 2, FIGURE), Column("confidence", 5, FIGURE),
    Column("uncertain", 6, FIGURE), Column("rated", 7, FIGURE),
)  # fmt: skip


def print_telemetry(
    desk: Desk, per: str, wanted: TelemetryFilter, limit: int | None, choice: Choice, *, json_: bool
) -> None:
    """The newest telemetry rollups, as a table or JSON Lines."""
    most = _limit(limit, json_=json_)
    query = TelemetryRollupsQuery(**dict(wanted), per=_checked(per), limit=most)
    found = desk.ask(TELEMETRY_ROLLUPS, query.model_copy(update=choice.asking(most)))
    rows, documents = [_telemetry_cells(each) for each in found], TELEMETRY_ROLLUPS.dumped(found)
    options.print_chosen(TELEMETRY_COLUMNS, rows, documents, choice.counting(most), EMPTY, json_=json_)


def print_emotions(
    desk: Desk, per: str, wanted: TypedEventFilter, limit: int | None, choice: Choice, *, summed: bool, json_: bool
) -> None:
    """The newest emotion rollups, as a table or JSON Lines."""
    filters = {name: getattr(wanted, name) for name in TypedEmotionFilter.model_fields}
    most = _limit(limit, json_=json_)
    query = EmotionRollupsQuery(**filters, per=_checked(per), limit=most, summed=summed)
    found = desk.ask(EMOTION_ROLLUPS, query.model_copy(update=choice.asking(most)))
    rows, documents = [_emotion_cells(each) for each in found], EMOTION_ROLLUPS.dumped(found)
    options.print_chosen(EMOTION_COLUMNS, rows, documents, choice.counting(most), EMPTY, json_=json_)


def refuse(given: Mapping[str, object]) -> None:
    """Raises BadParameter for an option that rollups do not have, by its name; None is one that was not given."""
    for name, value in given.items():
        if value is not None:
            raise typer.BadParameter(f"--{name} cannot be given together with --per; leave one of them out.")


def _checked(per: str) -> str:
    if per not in RESOLUTIONS:
        raise typer.BadParameter(f"--per {per!r} is not rolled up; choose one of {', '.join(RESOLUTIONS)}.")
    return per


def _limit(limit: int | None, *, json_: bool) -> int:
    return limit if limit is not None else sys.maxsize if json_ else NEWEST_IN_TABLE


def _telemetry_cells(rollup: TelemetryRollup) -> Row:
    figures = (rollup.figure(summary.field) for _, summary in SUMMARIZED)
    return (rollup.start, rollup.device, rollup.samples, *figures)


def _emotion_cells(rollup: EmotionRollup) -> Row:
    counts = (rollup.events, rollup.faces, f"{rollup.confidence_mean:.0%}", rollup.uncertain, rollup.rated)
    return (rollup.start, rollup.device or ALL, rollup.camera or ALL, rollup.emotion, *counts)
