"""Commands that show what one operation answers: a table on a terminal, or JSON with --json."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import typer
from fer_wire.contracts import FINDER
from pydantic import BaseModel

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.ingest.devices import off_by
from fer_controller.operations import fleet
from fer_controller.operations.fleet import DeadLetterAnswer, DeviceAnswer, TotalsAnswer
from fer_controller.operations.operation import Answered, Operation
from fer_controller.operations.telemetry import CAMERAS, CameraAnswer

Cell = str | tuple[str, str]
"""Text, or text and its color."""
Row = Sequence[Cell]
DAY = len("2027-01-31")
COLORS = {"online": "green", "running": "green", "stale": "yellow", "reopening": "yellow", "offline": "red"}


@dataclass(frozen=True)
class Look(Generic[Answered]):
    """A command; the parameters of its operation are its options."""

    operation: Operation[Any, Answered]
    help: str
    columns: tuple[str, ...]
    rows: Callable[[Answered], Iterable[Row]]
    empty: str = ""
    """What is said instead of a table without rows."""


def command(look: Look[Any]) -> Callable[..., None]:
    """The function that Typer makes a command of."""

    def show(
        context: typer.Context,
        asked: BaseModel,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        if context.invoked_subcommand:
            return
        with options.desk(db, url, config) as desk:
            answer = desk.ask(look.operation, asked)
        if json_:
            options.print_answer(answer)
            return
        table = options.table(*look.columns)
        for row in look.rows(answer):
            table.add_row(*(options.plain(*((cell,) if isinstance(cell, str) else cell)) for cell in row))
        options.print_table(table, look.empty)

    show.__annotations__["asked"] = look.operation.parameters
    show.__doc__ = look.help
    return with_options(show)


def _devices(known: list[DeviceAnswer]) -> Iterable[Row]:
    for each in known:
        models = "\n".join(filter(None, (each.model, each.eyes.get(FINDER))))
        notes = filter(None, (_revoked(each), each.reason, _clock(each), each.blind))
        texts = (each.since, each.last_seen, each.agent_version, models, each.provider)
        yield (
            each.device, _standing(each), _let_in_by(each), *(text or "–" for text in texts),
            str(each.dropped_events or "–"), "\n".join(notes) or "–",
        )  # fmt: skip


def _standing(device: DeviceAnswer) -> Cell:
    return (fleet.REVOKED, "red") if device.revoked_at else (device.state, COLORS.get(device.state, "dim"))


def _let_in_by(device: DeviceAnswer) -> Cell:
    certificate, day = device.certificate, (device.certificate_expires_at or "")[:DAY]
    words = {
        fleet.VALID: f"certificate until {day}",
        fleet.EXPIRED: f"certificate that expired {day}",
        fleet.REVOKED: "certificate that was revoked",
    }
    has = [words.get(certificate or ""), "token" if device.has_token else None]
    color = "red" if certificate in (fleet.EXPIRED, fleet.REVOKED) else ""
    return " and ".join(filter(None, has)) or "–", color


def _revoked(device: DeviceAnswer) -> str:
    return f"revoked at {device.revoked_at} by {device.revoked_by}" if device.revoked_at else ""


def _clock(device: DeviceAnswer) -> str:
    return f"its clock is {off_by(device.clock_offset_s)}" if device.clock_offset_s else ""


def _totals(totals: TotalsAnswer) -> Iterable[Row]:
    yield f"{totals.events:,}", "stored, each once"
    yield f"{totals.dropped_events:,}", "dropped by devices whose spool was full"
    yield f"{totals.redelivered_events:,}", "received again, and not counted again"
    yield f"{totals.dead_letters:,}", "could not be read"


def _cameras(cameras: list[CameraAnswer]) -> Iterable[Row]:
    for each in cameras:
        yield (
            each.device, each.camera, _state(each), options.figure(each.fps),
            options.figure(each.latency_p95_ms), str(each.faces), str(each.reopened), each.reported_at,
            each.error or "–",
        )  # fmt: skip


def _state(camera: CameraAnswer) -> Cell:
    blind = [word for word, found in (("frozen", camera.frozen), ("dark", camera.dark)) if found]
    return ", ".join([camera.state, *blind]), "yellow" if blind else COLORS.get(camera.state, "dim")


def _dead_letters(letters: list[DeadLetterAnswer]) -> Iterable[Row]:
    return [(each.time, repr(each.topic), str(each.size_bytes), each.reason) for each in letters]


DEVICES = Look(
    fleet.DEVICES,
    "The devices of the fleet: online, stale (online, but silent) or offline; how each authenticates; its models.",
    ("device", "state", "let in by", "since", "last seen", "agent", "models", "provider", "dropped", "notes"),
    _devices,
    "No device has been heard of yet.",
)
LOOKS: dict[str, Look[Any]] = {
    "cameras": Look(
        CAMERAS,
        "The cameras of the fleet, as their devices last reported them: state, frame rate, latency, last fault.",
        ("device", "camera", "state", "fps", "p95 ms", "faces", "reopened", "reported", "last fault"),
        _cameras,
        "No device has reported a camera yet.",
    ),
    "totals": Look(
        fleet.TOTALS,
        "What the events of the whole fleet came to, those that have been deleted since included.",
        ("events", ""),
        _totals,
    ),
    "dead-letters": Look(
        fleet.DEAD_LETTERS,
        "Messages that could not be read, and why.",
        ("time", "topic", "bytes", "reason"),
        _dead_letters,
        "Every message could be read.",
    ),
}
