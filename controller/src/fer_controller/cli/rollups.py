"""Rollups as `telemetry --per` and `events --per` print them."""

import sys
from collections.abc import Sequence

import typer

from fer_controller.cli import options
from fer_controller.desk.contract import Desk
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollups.records import RESOLUTIONS, EmotionRollup, TelemetryRollup

NEWEST_IN_TABLE = 50
ALL = "all"
TELEMETRY_COLUMNS = ("from", "device", "samples", *(summary.heading for _, summary in SUMMARIZED))
EMOTION_COLUMNS = ("from", "device", "camera", "emotion", "events", "faces", "confidence")


def print_telemetry(desk: Desk, per: str, wanted: EventFilter, limit: int | None, *, json_: bool) -> None:
    """The newest telemetry rollups, as a table or JSON Lines."""
    found = desk.telemetry_rollups(checked(per), wanted, _limit(limit, json_=json_))
    _print(found, TELEMETRY_COLUMNS, [_telemetry_cells(each) for each in found], json_=json_)


def print_emotions(desk: Desk, per: str, wanted: EventFilter, limit: int | None, *, summed: bool, json_: bool) -> None:
    """The newest emotion rollups, as a table or JSON Lines."""
    found = desk.emotion_rollups(checked(per), wanted, _limit(limit, json_=json_), summed=summed)
    _print(found, EMOTION_COLUMNS, [_emotion_cells(each) for each in found], json_=json_)


def checked(per: str) -> str:
    """A resolution that there is; raises BadParameter."""
    if per not in RESOLUTIONS:
        raise typer.BadParameter(f"--per {per!r} is not rolled up; choose one of {', '.join(RESOLUTIONS)}.")
    return per


def refuse(**given: object) -> None:
    """Raises BadParameter for an option that says nothing of a rollup, by its name."""
    for name, value in given.items():
        if value:
            raise typer.BadParameter(f"--{name} cannot be given together with --per; leave one of them out.")


def _limit(limit: int | None, *, json_: bool) -> int:
    return limit if limit is not None else sys.maxsize if json_ else NEWEST_IN_TABLE


def _print(
    found: Sequence[TelemetryRollup | EmotionRollup],
    columns: Sequence[str],
    cells: list[tuple[str, ...]],
    *,
    json_: bool,
) -> None:
    if json_:
        options.print_lines(each.document() for each in found)
        return
    table = options.table(*columns)
    for row in cells:
        table.add_row(*map(options.plain, row))
    options.print_table(table, empty="Nothing is rolled up for that.")


def _telemetry_cells(rollup: TelemetryRollup) -> tuple[str, ...]:
    figures = (options.figure(rollup.figure(summary.field)) for _, summary in SUMMARIZED)
    return (rollup.start, rollup.device, str(rollup.samples), *figures)


def _emotion_cells(rollup: EmotionRollup) -> tuple[str, ...]:
    counts = (str(rollup.events), str(rollup.faces), f"{rollup.confidence_mean:.0%}")
    return (rollup.start, rollup.device or ALL, rollup.camera or ALL, rollup.emotion, *counts)
