"""The demonstration as a live table for people, or as plain lines where there is no terminal."""

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from fer_wire import EMOTIONS
from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fer_controller.demo.run import Snapshot

BAR_CELLS = 10
LETTERS = 2
PICTURE_COLUMNS = 100
WEB_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
"""A picture must not fetch its fonts from a server."""
LINE_EVERY_S = 5.0
COLORS = {
    "angry": "red",
    "disgust": "green",
    "fear": "magenta",
    "happy": "yellow",
    "sad": "blue",
    "surprise": "cyan",
    "neutral": "white",
}


class LiveTable:
    """Redraws one table in place."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Draw what the database holds now."""
        self._live.update(drawing(snapshot))


class PlainLines:
    """Prints a line now and then, and the last one."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next_s = 0.0
        self._untold: Snapshot | None = None

    def __enter__(self) -> "PlainLines":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._untold is not None:
            self._print(self._untold)

    def show(self, snapshot: Snapshot) -> None:
        """Print a line, if the last one is old enough."""
        if snapshot.page and self._next_s == 0.0:
            self._console.print(f"In a browser: {snapshot.page}", highlight=False, soft_wrap=True)
        self._untold = snapshot
        if snapshot.elapsed_s >= self._next_s:
            self._next_s = snapshot.elapsed_s + LINE_EVERY_S
            self._print(snapshot)

    def _print(self, snapshot: Snapshot) -> None:
        self._untold = None
        faces = ", ".join(f"{face.emotion} {face.confidence:.0%}" for face in snapshot.faces) or "no face"
        self._console.print(
            f"{snapshot.elapsed_s:5.0f} s: {faces}; {_fps(snapshot.telemetry)} frames/s; "
            f"{snapshot.stored} events stored",
            highlight=False,
            soft_wrap=True,
        )


class Picture:
    """Keeps the last drawing that shows a face, for an SVG file."""

    def __init__(self) -> None:
        self._last: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Remember a drawing."""
        if snapshot.faces or self._last is None:
            self._last = replace(snapshot, page="")
        elif snapshot.telemetry is not None:
            self._last = replace(self._last, telemetry=snapshot.telemetry)

    def save(self, path: Path) -> None:
        """Write the file, if anything was drawn."""
        if self._last is None:
            return
        console = Console(record=True, width=PICTURE_COLUMNS, file=StringIO(), force_terminal=True)
        console.print(drawing(self._last))
        path.write_text(WEB_FONTS.sub("", console.export_svg(title="fer-controller demo")), encoding="utf-8")


def drawing(snapshot: Snapshot) -> RenderableType:
    """The faces with their emotions, and below them the machine's figures."""
    title = f"Light-FER Fleet · {snapshot.stored} events stored · {snapshot.elapsed_s:.0f} s"
    page = [Text.assemble(("in a browser: ", "dim"), snapshot.page, overflow="fold")] if snapshot.page else []
    return Panel(Group(_faces(snapshot), _health(snapshot.telemetry), *page), title=title, box=box.ROUNDED)


def _faces(snapshot: Snapshot) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    for heading in ("track", "camera", "emotion", "confidence", "all seven"):
        table.add_column(heading, no_wrap=True)
    for face in snapshot.faces:
        color = COLORS.get(face.emotion, "white")
        table.add_row(
            str(face.track),
            face.camera,
            Text(face.emotion, f"bold {color}"),
            Text.assemble((_bar(face.confidence), color), f" {face.confidence:4.0%}"),
            _seven(face.probabilities),
        )
    if not snapshot.faces:
        table.add_row("–", "–", Text("no face yet", "dim"), "", "")
    return table


def _bar(share: float) -> str:
    full = round(share * BAR_CELLS)
    return "█" * full + "░" * (BAR_CELLS - full)


def _seven(probabilities: dict[str, float]) -> Text:
    steps = " ▁▂▃▄▅▆▇█"
    text = Text()
    for emotion in EMOTIONS:
        share = min(1.0, probabilities.get(emotion, 0.0))
        text.append(emotion[:LETTERS], "dim")
        text.append(steps[round(share * (len(steps) - 1))] + " ", COLORS[emotion])
    return text


def _health(telemetry: dict[str, Any] | None) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    host = telemetry["host"] if telemetry else {}
    parts = {
        "frames/s": _fps(telemetry),
        "CPU": _number(host.get("cpu_percent"), " %"),
        "temperature": _number(host.get("cpu_temperature_c"), " °C"),
        "memory": _number(host.get("agent_memory_mb"), " MB"),
        "in spool": str(telemetry["spool"]["pending_events"]) if telemetry else "–",
    }
    table.add_row(*(Text.assemble((f"{name} ", "dim"), (value, "bold")) for name, value in parts.items()))
    return table


def _fps(telemetry: dict[str, Any] | None) -> str:
    rates = [camera["fps"] for camera in telemetry["cameras"] if camera["fps"] is not None] if telemetry else []
    return f"{sum(rates):.1f}" if rates else "–"


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.0f}{unit}"
