"""Commands that show what one operation answers: a table on a terminal, or JSON with --json."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, get_origin

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, WORDS, Cell, Column, Row
from fer_terminal.options import with_choice
from fer_wire.contracts import FINDER
from pydantic import BaseModel

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.ingest.devices import off_by
from fer_controller.operations import fleet
from fer_controller.operations.fleet import DeadLetterAnswer, DeviceAnswer, TotalsAnswer
from fer_controller.operations.operation import LIMIT, Answered, Operation
from fer_controller.operations.telemetry import CAMERAS, CameraAnswer

__all__ = ["DEVICES", "LOOKS", "Cell", "Look", "Row", "command"]

DAY = len("2027-01-31")
TONES = {
    "online": tones.GOOD, "running": tones.GOOD, "stale": tones.BEWARE, "reopening": tones.BEWARE,
    "offline": tones.BAD,
}  # fmt: skip


@dataclass(frozen=True)
class Look(Generic[Answered]):
    """A command; the parameters of its operation are its options, and those of lists where it answers a list."""

    operation: Operation[Any, Answered]
    help: str
    columns: Sequence[Column | str]
    rows: Callable[[Answered], Iterable[Row]]
    """One for each item, where the answer is a list."""
    empty: str = ""
    """What is said instead of a table without rows."""

    @property
    def declared(self) -> tuple[Column, ...]:
        """Its columns; one that is a heading alone is the more important the further left it stands."""
        return tuple(
            each if isinstance(each, Column) else Column(each, place + 1, WORDS)
            for place, each in enumerate(self.columns)
        )

    @property
    def is_list(self) -> bool:
        """Whether rows can be chosen of what it shows."""
        return get_origin(self.operation.answer) is list

    @property
    def has_limit(self) -> bool:
        """Whether the operation itself answers the newest so many."""
        return LIMIT in self.operation.parameters.model_fields


def command(look: Look[Any]) -> Callable[..., None]:
    """The function that Typer makes a command of."""

    def show(
        context: typer.Context,
        asked: BaseModel,
        choice: Choice,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        if context.invoked_subcommand:
            return
        if look.has_limit:
            limit = getattr(asked, LIMIT)
            asked, choice = asked.model_copy(update=choice.asking(limit)), choice.counting(limit)
        with options.desk(db, url, config) as desk:
            answer = desk.ask(look.operation, asked)
        if json_ and not look.is_list:
            options.print_answer(answer)
            return
        documents = [each.document() for each in answer] if json_ else []
        options.print_chosen(look.declared, list(look.rows(answer)), documents, choice, look.empty, json_=json_)

    show.__annotations__["asked"] = look.operation.parameters
    show.__doc__ = look.help
    return with_choice(look.declared if look.is_list else (), limit=not look.has_limit)(with_options(show))


def _devices(known: list[DeviceAnswer]) -> Iterable[Row]:
    for each in known:
        models = "\n".join(filter(None, (each.model, each.eyes.get(FINDER))))
        notes = filter(None, (_revoked(each), each.reason, _clock(each), each.blind))
        yield (
            each.device, _standing(each), _let_in_by(each), each.since, each.last_seen, each.agent_version, models,
            each.provider, each.dropped_events or None, "\n".join(notes),
        )  # fmt: skip


def _standing(device: DeviceAnswer) -> Cell:
    return (fleet.REVOKED, tones.BAD) if device.revoked_at else (device.state, TONES.get(device.state, tones.QUIET))


def _let_in_by(device: DeviceAnswer) -> Cell:
    certificate, day = device.certificate, (device.certificate_expires_at or "")[:DAY]
    words = {
        fleet.VALID: f"certificate until {day}",
        fleet.EXPIRED: f"certificate that expired {day}",
        fleet.REVOKED: "certificate that was revoked",
    }
    has = [words.get(certificate or ""), "token" if device.has_token else None]
    tone = tones.BAD if certificate in (fleet.EXPIRED, fleet.REVOKED) else tones.PLAIN
    return " and ".join(filter(None, has)), tone


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
            each.device, each.camera, _state(each), each.fps, each.latency_p95_ms, each.faces, each.reopened,
            each.reported_at, each.error,
        )  # fmt: skip


def _state(camera: CameraAnswer) -> Cell:
    blind = [word for word, found in (("frozen", camera.frozen), ("dark", camera.dark)) if found]
    return ", ".join([camera.state, *blind]), tones.BEWARE if blind else TONES.get(camera.state, tones.QUIET)


def _dead_letters(letters: list[DeadLetterAnswer]) -> Iterable[Row]:
    return [(each.time, repr(each.topic), each.size_bytes, each.reason) for each in letters]


DEVICES = Look(
    fleet.DEVICES,
    "The devices of the fleet: online, stale (online, but silent) or offline; how each authenticates; its models.",
    (
        Column("device"),
        Column("state"),
        Column("let in by", 6, WORDS),
        Column("since", 5, TIME),
        Column("last seen", 2, TIME),
        Column("agent", 7),
        Column("models", 4, WORDS),
        Column("provider", 9),
        Column("dropped", 8, FIGURE),
        Column("notes", 3, WORDS),
    ),
    _devices,
    "No device has been heard of yet.",
)
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
        fleet.TOTALS,
        "What the events of the whole fleet came to, those that have been deleted since included.",
        (Column("events", kind=FIGURE), Column("what became of them", kind=WORDS)),
        _totals,
    ),
    "dead-letters": Look(
        fleet.DEAD_LETTERS,
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
