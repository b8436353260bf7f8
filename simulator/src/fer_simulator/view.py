"""The simulated fleet as a live table for people, as plain lines where there is no terminal, or as JSON lines."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from fer_terminal import tones
from fer_wire.reported import UPDATE_STATES
from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fer_simulator.fleet import Result, Snapshot

LINE_EVERY_S = 5.0
BAR_CELLS = 40
MB = 1e6
UNSOUND_ROWS = 20
TONES = {
    "idle": tones.QUIET,
    "downloading": tones.BUSY,
    "verified": tones.BUSY,
    "staged": tones.BUSY,
    "probation": tones.BEWARE,
    "committed": tones.GOOD,
}
PROGRESS = "progress"
DEVICE = "device"
SUMMARY = "summary"


class View(Protocol):
    """Shows the fleet as it goes, and what it came to."""

    def __enter__(self) -> "View": ...

    def __exit__(self, *_error: object) -> None: ...

    def show(self, snapshot: Snapshot) -> None:
        """The fleet now."""

    def close_with(self, result: Result) -> None:
        """What it came to."""


class Rates:
    """What happened a second, between one look and the next."""

    def __init__(self) -> None:
        self._last: Snapshot | None = None

    def between(self, snapshot: Snapshot) -> tuple[float, float]:
        """Events a second and megabytes a second since the last look."""
        last, self._last = self._last, snapshot
        if last is None or snapshot.elapsed_s <= last.elapsed_s:
            return 0.0, 0.0
        elapsed_s = snapshot.elapsed_s - last.elapsed_s
        moved_mb = (snapshot.downloaded_bytes - last.downloaded_bytes) / MB
        return (snapshot.events - last.events) / elapsed_s, moved_mb / elapsed_s


class LiveTable:
    """Redraws one table in place."""

    def __init__(self, console: Console) -> None:
        self._console, self._rates = console, Rates()
        self._live = Live(console=console, refresh_per_second=4)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Draw it."""
        self._live.update(drawing(snapshot, *self._rates.between(snapshot)))

    def close_with(self, result: Result) -> None:
        """Print it under the table."""
        self._live.stop()
        self._console.print(closing(result), soft_wrap=True)


class PlainLines:
    """Prints a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console, self._rates, self._next_s = console, Rates(), 0.0

    def __enter__(self) -> "PlainLines":
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to put in order."""

    def show(self, snapshot: Snapshot) -> None:
        """One line, when the last is old enough."""
        if snapshot.elapsed_s < self._next_s:
            return
        self._next_s = snapshot.elapsed_s + LINE_EVERY_S
        events_per_s, mb_per_s = self._rates.between(snapshot)
        states = ", ".join(f"{count} {state}" for state, count in _in_order(snapshot.states))
        self._print(
            f"{snapshot.elapsed_s:5.0f} s: {snapshot.online} of {snapshot.agents} online; {states}; "
            f"{events_per_s:.0f} events/s, {snapshot.pending} wait; {mb_per_s:.1f} MB/s. "
            f"{snapshot.trouble} {snapshot.ending}".rstrip()
        )

    def close_with(self, result: Result) -> None:
        """Print it."""
        self._console.print(closing(result), soft_wrap=True)

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)


class JsonLines:
    """One JSON object a line: progress now and then, then each device, then a summary."""

    def __init__(self, print_line: Callable[[dict[str, Any]], None]) -> None:
        self._print_line, self._next_s = print_line, 0.0

    def __enter__(self) -> "JsonLines":
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to put in order."""

    def show(self, snapshot: Snapshot) -> None:
        """One line, when the last is a second old."""
        if snapshot.elapsed_s >= self._next_s:
            self._next_s = snapshot.elapsed_s + 1.0
            self._print_line({"type": PROGRESS, **asdict(snapshot)})

    def close_with(self, result: Result) -> None:
        """A line for each device, and one for all."""
        for device in result.devices:
            self._print_line({"type": DEVICE, **device})
        self._print_line({"type": SUMMARY, "sound": result.sound, **asdict(result.closing)})


def drawing(snapshot: Snapshot, events_per_s: float, mb_per_s: float) -> RenderableType:
    """Devices by state, models that serve, and the flow."""
    states = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    for heading, justify in (("update", "left"), ("devices", "right"), ("", "left")):
        states.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # a literal
    for state, count in _in_order(snapshot.states):
        color = TONES.get(state, tones.BAD)
        bar = "█" * max(1, round(BAR_CELLS * count / snapshot.agents))
        states.add_row(Text(state, color), str(count), Text(bar, color))
    flow = Table.grid(expand=True, padding=(0, 2))
    parts = {
        "events/s": f"{events_per_s:.0f}",
        "acked": f"{snapshot.acked:,}",
        "wait": f"{snapshot.pending:,}",
        "reports": f"{snapshot.reports:,}",
        "downloads": f"{snapshot.downloads} · {mb_per_s:.1f} MB/s",
        "crashes": str(snapshot.crashes),
    }
    flow.add_row(*(Text.assemble((f"{name} ", "dim"), (value, "bold")) for name, value in parts.items()))
    serving = {**snapshot.models, **snapshot.eyes}
    models = Text(", ".join(f"{count} × {model}" for model, count in sorted(serving.items())), "dim")
    trouble = [
        Text(each, style) for each, style in ((snapshot.trouble, tones.BAD), (snapshot.ending, tones.BEWARE)) if each
    ]
    title = f"{snapshot.online} of {snapshot.agents} simulated devices online · {snapshot.elapsed_s:.0f} s"
    return Panel(Group(states, flow, models, *trouble), title=title, box=box.ROUNDED)


def closing(result: Result) -> RenderableType:
    """The sums, and the devices that something is left of."""
    sums = result.closing
    total = (
        f"{sums.events:,} events: {sums.acked:,} acknowledged, {sums.pending:,} wait, {sums.dropped:,} dropped. "
        f"{sums.reports:,} reports, {sums.reports_on_their_way:,} on their way. {sums.telemetry:,} telemetry messages. "
        f"{sums.downloaded_bytes / MB:,.1f} MB downloaded. {sums.connections:,} connections, {sums.crashes:,} crashes."
    )
    left = [
        f"{each['device']}: {each['pending']} events wait after seq {each['acked']}; {each['state']} {each['reason']}"
        for each in [each for each in result.devices if each["pending"]][:UNSOUND_ROWS]
    ]
    return Text("\n".join([total, *filter(None, [sums.trouble]), *left]))


def _in_order(states: dict[str, int]) -> list[tuple[str, int]]:
    return [(state, states[state]) for state in UPDATE_STATES if state in states]
