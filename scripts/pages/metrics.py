"""docs/metrics.md: what the controller tells Prometheus."""

import tempfile
from pathlib import Path

from fer_controller.http.prometheus import Metrics
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects

from pages.schema import table

HEAD = ("metric", "type", "labels", "meaning")
INTRODUCTION = """\
# Metrics

What `fer-controller serve` answers at `/metrics`, in the text format of Prometheus or in OpenMetrics
([how to read it](howto/watch-with-prometheus.md)). Names bear Prometheus's base units: seconds, bytes, watts, degrees
Celsius, and ratios from 0 to 1. What a device measures is told while it is online; what it did not measure is left out.
Counters of the agent and its cameras begin again with each of its runs, those of events never.
"""


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.db"
        with opening.writer(path, create=True) as database:
            families = list(Metrics(Subjects(database), stale_after_s=0.0).collect())
    return INTRODUCTION + "\n" + table(HEAD, *(_row(family) for family in families))


def _row(family: object) -> tuple[str, ...]:
    name, kind = getattr(family, "name", ""), getattr(family, "type", "")
    labels = getattr(family, "_labelnames", ())
    shown = f"`{name}{'_total' if kind == 'counter' else ''}`"
    return shown, kind, ", ".join(f"`{label}`" for label in labels) or "–", getattr(family, "documentation", "")
