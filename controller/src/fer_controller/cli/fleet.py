"""fer-controller cameras, totals, dead-letters: the fleet at a glance."""

from collections.abc import Iterable
from typing import Any

from fer_terminal import tones
from fer_terminal.columns import FIGURE, TIME, WORDS, Cell, Column, Row

from fer_controller.cli.looks import Look
from fer_controller.operations.fleet import DEAD_LETTERS, TOTALS, DeadLetterAnswer, TotalsAnswer
from fer_controller.operations.telemetry import CAMERAS, CameraAnswer

TONES = {"running": tones.GOOD, "reopening": tones.BEWARE}


def _totals(totals: TotalsAnswer) -> Iterable[Row]:
    yield f"{totals.events:,}", "stored, each once"
    yield f"{totals.dropped_events:,}", "dropped by devices whose spool was full"
    yield f"{totals.redelivered_events:,}", "received again, and not counted again"
    yield f"{totals.dead_letters:,}", "could not be read"


def _cameras(cameras: list[CameraAnswer]) -> Iterable[Row]:
    for each in cameras:
        yield (
            each.device, each.camera, _state(each), each.fps, each.latency_p95_ms, each.faces, each.reopened,
            each.reported_at, each.error,
        )  # fmt: skip


def _state(camera: CameraAnswer) -> Cell:
    blind = [word for word, found in (("frozen", camera.frozen), ("dark", camera.dark)) if found]
    return ", ".join([camera.state, *blind]), tones.BEWARE if blind else TONES.get(camera.state, tones.QUIET)


def _dead_letters(letters: list[DeadLetterAnswer]) -> Iterable[Row]:
    return [(each.time, repr(each.topic), each.size_bytes, each.reason) for each in letters]


LOOKS: dict[str, Look[Any]] = {
    "cameras": Look(
        CAMERAS,
        "The cameras of the fleet, as their devices last reported them: state, frame rate, latency, last fault.",
        (
            Column("device"),
            Column("camera"),
            Column("state"),
            Column("fps", 2, FIGURE),
            Column("p95 ms", 4, FIGURE),
            Column("faces", 6, FIGURE),
            Column("reopened", 7, FIGURE),
            Column("reported", 5, TIME),
            Column("last fault", 3, WORDS),
        ),
        _cameras,
        "No device has reported a camera yet.",
    ),
    "totals": Look(
        TOTALS,
        "What the events of the whole fleet came to, those that have been deleted since included.",
        (Column("events", kind=FIGURE), Column("what became of them", kind=WORDS)),
        _totals,
    ),
    "dead-letters": Look(
        DEAD_LETTERS,
        "Messages that could not be read, and why.",
        (
            Column("time", 2, TIME),
            Column("topic", kind=WORDS),
            Column("bytes", 3, FIGURE),
            Column("reason", kind=WORDS),
        ),
        _dead_letters,
        "Every message could be read.",
    ),
}
