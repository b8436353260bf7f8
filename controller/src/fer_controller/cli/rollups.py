"""Rollups as `telemetry --per` and `events --per` print them."""

import sys
from collections.abc import Iterable, Mapping, Sequence

import typer

from fer_controller.cli import options
from fer_controller.desk.desk import Desk
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.operations.events import EMOTION_ROLLUPS, EmotionRollupsQuery
from fer_controller.operations.telemetry import TELEMETRY_ROLLUPS, TelemetryRollupsQuery
from fer_controller.store.filter import EmotionFilter, TelemetryFilter
from fer_controller.store.rollups.records import RESOLUTIONS, EmotionRollup, TelemetryRollup

NEWEST_IN_TABLE = 50
ALL = "all"
TELEMETRY_COLUMNS = ("from", "device", "samples", *(summary.heading for _, summary in SUMMARIZED))
EMOTION_COLUMNS = ("from", "device", "camera", "emotion", "events", "faces", "confidence")


def print_telemetry(desk: Desk, per: str, wanted: TelemetryFilter, limit: int | None, *, json_: bool) -> None:
    """The newest telemetry rollups, as a table or JSON Lines."""
    query = TelemetryRollupsQuery(**dict(wanted), per=_checked(per), limit=_limit(limit, json_=json_))
    found = desk.ask(TELEMETRY_ROLLUPS, query)
    if json_:
        options.print_lines(TELEMETRY_ROLLUPS.dumped(found))
    else:
        _print_table(TELEMETRY_COLUMNS, map(_telemetry_cells, found))


def print_emotions(
    desk: Desk, per: str, wanted: EmotionFilter, limit: int | None, *, summed: bool, json_: bool
) -> None:
    """The newest emotion rollups, as a table or JSON Lines."""
    filters = {name: getattr(wanted, name) for name in EmotionFilter.model_fields}
    query = EmotionRollupsQuery(**filters, per=_checked(per), limit=_limit(limit, json_=json_), summed=summed)
    found = desk.ask(EMOTION_ROLLUPS, query)
    if json_:
        options.print_lines(EMOTION_ROLLUPS.dumped(found))
    else:
        _print_table(EMOTION_COLUMNS, map(_emotion_cells, found))


def refuse(given: Mapping[str, object]) -> None:
    """Raises BadParameter for an option that rollups do not have, by its name."""
    for name, value in given.items():
        if value:
            raise typer.BadParameter(f"--{name} cannot be given together with --per; leave one of them out.")


def _checked(per: str) -> str:
    if per not in RESOLUTIONS:
        raise typer.BadParameter(f"--per {per!r} is not rolled up; choose one of {', '.join(RESOLUTIONS)}.")
    return per


def _limit(limit: int | None, *, json_: bool) -> int:
    return limit if limit is not None else sys.maxsize if json_ else NEWEST_IN_TABLE


def _print_table(columns: Sequence[str], cells: Iterable[tuple[str, ...]]) -> None:
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
