"""The parts of the SQL of windows that each gated metric brings: what a message says of it, and what a minute does."""

from collections.abc import Callable
from dataclasses import dataclass

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import AVERAGE, INCREASE_A_MINUTE, RESTARTS, SHARE_ON_CPU, Gating, Metric

LOWEST, HIGHEST = "lowest_", "highest_"
"""Before a figure's name: the message of a minute that has the least and the most."""


@dataclass(frozen=True, slots=True)
class MinuteFigure:
    """What a message t says, and how the messages of a minute become one figure."""

    of_message: str
    together: str = "avg"

    def of_minute(self, name: str) -> str:
        """Of the messages' column of this name: the figure, and its least and most."""
        return f"{self.together}({name}) AS {name}, min({name}) AS {LOWEST}{name}, max({name}) AS {HIGHEST}{name}"


def _average(metric: Metric) -> MinuteFigure:
    return MinuteFigure(f"t.{metric.column}")


def _increase(metric: Metric) -> MinuteFigure:
    """Since the message before; a counter begins again with each run. (A sum of REAL never overflows.)"""
    before = f"lag(t.{metric.column}) OVER (PARTITION BY t.device, t.run ORDER BY t.received_at, t.id)"
    return MinuteFigure(f"CAST(t.{metric.column} - {before} AS DOUBLE PRECISION)", "sum")


def _share_on_cpu(_metric: Metric) -> MinuteFigure:
    return MinuteFigure("CASE WHEN t.provider <> '' THEN CASE WHEN t.provider = :cpu THEN 1 ELSE 0 END END")


def _restarts(_metric: Metric) -> MinuteFigure:
    """Each run begins once; the first of the window was there before."""
    of_run = "row_number() OVER (PARTITION BY t.device, t.run ORDER BY t.received_at, t.id)"
    of_device = "row_number() OVER (PARTITION BY t.device ORDER BY t.received_at, t.id)"
    return MinuteFigure(f"CASE WHEN {of_run} = 1 AND {of_device} > 1 THEN 1 ELSE 0 END", "sum")


PART_OF: dict[str, Callable[[Metric], MinuteFigure]] = {
    AVERAGE: _average, INCREASE_A_MINUTE: _increase, SHARE_ON_CPU: _share_on_cpu, RESTARTS: _restarts,
}  # fmt: skip


def _part(metric: Metric, gating: Gating) -> MinuteFigure:
    return PART_OF[gating.window](metric)


PARTS = {gating.figure: _part(metric, gating) for metric, gating in GATED}

OF_MESSAGES = ", ".join(f"{part.of_message} AS {figure}" for figure, part in PARTS.items())
OF_MINUTES = ", ".join(part.of_minute(figure) for figure, part in PARTS.items())
