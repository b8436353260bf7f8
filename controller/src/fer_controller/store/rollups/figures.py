"""The parts of the rollups' SQL that each metric brings: how its summaries are made, merged and read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.metrics.metric import HIGHEST, LOWEST, MEAN, Metric, Summary

SAMPLES = "samples"
TABLE = "telemetry_rollups"


@dataclass(frozen=True, slots=True)
class SummaryColumn:
    """A column of the table of rollups: what of a range of telemetry goes into it, and how that joins what is there."""

    column: str
    made: str
    merged: str


def _mean(metric: Metric, summary: Summary) -> tuple[SummaryColumn, ...]:
    return (
        _added(summary.samples_column, f"count({metric.column})"),
        _added(summary.sum_column, f"coalesce(sum({metric.column}), 0)"),
    )


def _lowest(metric: Metric, summary: Summary) -> tuple[SummaryColumn, ...]:
    return (_extreme("min", summary.field, metric.column),)


def _highest(metric: Metric, summary: Summary) -> tuple[SummaryColumn, ...]:
    return (_extreme("max", summary.field, metric.column),)


def _added(column: str, made: str) -> SummaryColumn:
    return SummaryColumn(column, made, f"{TABLE}.{column} + excluded.{column}")


def _extreme(which: str, column: str, of: str) -> SummaryColumn:
    stored, beyond = f"{TABLE}.{column}", "<" if which == "min" else ">"
    merged = (
        f"CASE WHEN {stored} IS NULL OR excluded.{column} {beyond} {stored} THEN excluded.{column} ELSE {stored} END"
    )
    return SummaryColumn(column, f"{which}({of})", merged)


PARTS_OF: dict[str, Callable[[Metric, Summary], tuple[SummaryColumn, ...]]] = {
    MEAN: _mean,
    LOWEST: _lowest,
    HIGHEST: _highest,
}
PARTS = (
    _added(SAMPLES, "count(*)"),
    *(part for metric, summary in SUMMARIZED for part in PARTS_OF[summary.kind](metric, summary)),
)


def _read(summary: Summary) -> str:
    if summary.kind == MEAN:
        return f"{summary.sum_column} / nullif({summary.samples_column}, 0) AS {summary.field}"
    return summary.field


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


COLUMNS = _listed(part.column for part in PARTS)
MADE = _listed(part.made for part in PARTS)
MERGED = _listed(f"{part.column} = {part.merged}" for part in PARTS)
READ = _listed((SAMPLES, *(_read(summary) for _, summary in SUMMARIZED)))
