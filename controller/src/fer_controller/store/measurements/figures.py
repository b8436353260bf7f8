"""The parts of the SQL of windows that each gated metric brings: its sums over a run, and its figure over all runs."""

from collections.abc import Callable
from dataclasses import dataclass

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import AVERAGE, INCREASE_A_MINUTE, RESTARTS, SHARE_ON_CPU, Gating, Metric


@dataclass(frozen=True, slots=True)
class WindowFigure:
    """What is summed up over one run of the agent, and what is made of all its runs in the window."""

    of_run: str
    of_window: str


def _average(metric: Metric, gating: Gating) -> WindowFigure:
    column, name = metric.column, gating.figure
    return WindowFigure(
        f"sum(t.{column}) AS {name}, count(t.{column}) AS {name}_samples", f"1.0 * sum({name}) / sum({name}_samples)"
    )


def _increase(metric: Metric, gating: Gating) -> WindowFigure:
    """A counter begins again with each run."""
    return WindowFigure(f"max(t.{metric.column}) - min(t.{metric.column}) AS {gating.figure}", f"sum({gating.figure})")


def _share_on_cpu(_metric: Metric, gating: Gating) -> WindowFigure:
    name = gating.figure
    return WindowFigure(
        f"sum(t.provider = :cpu) AS {name}, count(nullif(t.provider, '')) AS {name}_samples",
        f"1.0 * sum({name}) / sum({name}_samples)",
    )


def _restarts(_metric: Metric, gating: Gating) -> WindowFigure:
    return WindowFigure(f"1 AS {gating.figure}", "count(*) - 1")


PART_OF: dict[str, Callable[[Metric, Gating], WindowFigure]] = {
    AVERAGE: _average, INCREASE_A_MINUTE: _increase, SHARE_ON_CPU: _share_on_cpu, RESTARTS: _restarts,
}  # fmt: skip
PARTS = {gating.figure: PART_OF[gating.window](metric, gating) for metric, gating in GATED}

OF_RUNS = ", ".join(part.of_run for part in PARTS.values())
OF_WINDOWS = ", ".join(f"{part.of_window} AS {figure}" for figure, part in PARTS.items())
