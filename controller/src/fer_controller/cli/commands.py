"""fer-controller devices restart, doctor, logs, diagnose and commands."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice
from fer_terminal.columns import TIME, WORDS, Cell, Column, Row
from fer_terminal.options import with_choice
from fer_wire.commands import DIAGNOSE, DOCTOR, FAULT, LOGS, OK, RESTART
from fer_wire.desired import DAY_S
from fer_wire.printable import printable

from fer_controller.cli import looks, options
from fer_controller.cli.completions import DEVICES
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMAND,
    COMMANDS,
    HOLDS_S,
    CommandAnswer,
    CommandQuery,
    CommandRequest,
)
from fer_controller.store.commands.records import ANSWERED, ASKED, EXPIRED, OPEN, REFUSED, SENT

if TYPE_CHECKING:
    from fer_controller.desk.desk import Desk

LOOK_EVERY_S = 0.3
LATEST = timedelta(seconds=45)
"""A controller that runs says so long after a command has expired that it has."""
OURS_ALONE = 0o600
TONES = {
    OK: tones.GOOD, ANSWERED: tones.GOOD, ASKED: tones.BUSY, SENT: tones.BUSY, FAULT: tones.BAD,
    REFUSED: tones.BAD, EXPIRED: tones.BAD,
}  # fmt: skip
FINDINGS = (Column("check"), Column("state"), Column("found", kind=WORDS), Column("what to do", kind=WORDS))
NOT_TAKEN_UP = "No controller has sent it; is one running, with the role ingest?"

Device = Annotated[str, typer.Argument(metavar="DEVICE", autocompletion=DEVICES, help="The device that is asked.")]
Within = Annotated[
    str,
    typer.Option("--expires", metavar="DURATION", help="How long the device has to begin: 90s, 10m, 2h; at most 1d."),
]
DEFAULT_WITHIN = f"{HOLDS_S:g}s"


def add_to(app: typer.Typer) -> None:
    """Make them commands of this one."""
    for function in (restart, doctor, logs, diagnose):
        app.command()(function)
    app.command("commands")(looks.command(LIST))


def restart(
    devices: Annotated[
        list[str],
        typer.Argument(metavar="DEVICE…", autocompletion=DEVICES, help="Devices whose agents are restarted."),
    ],
    expires: Within = DEFAULT_WITHIN,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Restart the agents of devices, and wait until each runs anew."""
    with options.desk(db, url, config) as desk:
        asked = [_asked(desk, device, RESTART, expires) for device in devices]
        settled = [_settled(desk, each) for each in asked]
    for each in settled:
        if json_:
            options.print_answer(each)
        else:
            print(f"{each.device} runs anew: {each.run}." if each.state == ANSWERED else _outcome(each), flush=True)
    if any(each.state != ANSWERED for each in settled):
        raise typer.Exit(1)


@with_choice(FINDINGS)
def doctor(
    device: Device,
    choice: Choice,
    expires: Within = DEFAULT_WITHIN,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What the doctor says of a device whose agent runs; fails when something does not work."""
    findings = _diagnosis(device, DOCTOR, expires, db, url, config)["findings"]
    rows = [(each["check"], _state(each["state"]), each["found"], each["remedy"]) for each in findings]
    options.print_chosen(FINDINGS, rows, findings, choice, "It found nothing to look at.", json_=json_)
    if any(each["state"] == FAULT for each in findings):
        raise typer.Exit(1)


def logs(
    device: Device,
    expires: Within = DEFAULT_WITHIN,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What the agent of a device logged in the last hour."""
    found = _diagnosis(device, LOGS, expires, db, url, config)
    if json_:
        options.print_line({"log": found["log"], "left_out": found["left_out"]})
        return
    if found["left_out"]:
        typer.echo(f"{found['left_out']} older lines of that hour are left out.", err=True)
    for line in found["log"]:
        print(printable(line))


def diagnose(
    device: Device,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it, as JSON.")],
    expires: Within = DEFAULT_WITHIN,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Write what a device tells of itself to a file: doctor, settings without secrets, versions, telemetry, log."""
    from fer_wire.whole_files import written_whole

    from fer_controller.errors import ExportError

    try:
        with written_whole(out, OURS_ALONE) as file:  # before anybody is asked: the place may be none
            found = _diagnosis(device, DIAGNOSE, expires, db, url, config)
            file.write(json.dumps(found, indent=2, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise ExportError(
            f"{out} cannot be written: {error.strerror or error}; name another file with --out."
        ) from error
    if json_:
        options.print_line({"device": device, "file": str(out)})
    else:
        print(f"What {device} tells of itself is in {printable(str(out))}.")


def _diagnosis(
    device: str, kind: str, expires: str, db: str | None, url: str | None, config: Path | None
) -> dict[str, Any]:
    """What the device found; leaves with 1 when it did not."""
    with options.desk(db, url, config) as desk:
        found = _settled(desk, _asked(desk, device, kind, expires))
    if found.state != ANSWERED or found.diagnosis is None:
        typer.echo(_outcome(found), err=True)
        raise typer.Exit(1)
    return found.diagnosis


def _asked(desk: "Desk", device: str, kind: str, expires: str) -> CommandAnswer:
    from fer_controller.errors import RequestError
    from fer_controller.rollout.planning.typed import seconds

    try:
        holds_s = seconds(expires, "--expires", DAY_S)
        return desk.ask(COMMAND, CommandRequest(device=device, kind=kind, holds_s=max(1.0, holds_s)))
    except RequestError as error:
        raise typer.BadParameter(str(error)) from error


def _settled(desk: "Desk", asked: CommandAnswer) -> CommandAnswer:
    """The command once the device has answered or it has expired; as it stands when nobody says so in time."""
    from fer_controller.desk.retrying import retried

    until, found = datetime.fromisoformat(asked.expires_at) + LATEST, asked
    while found.state in OPEN and datetime.now(UTC) < until:
        time.sleep(LOOK_EVERY_S)
        found = retried(lambda: desk.ask(ASKED_COMMAND, CommandQuery(command=asked.command)))
    return found


def _outcome(command: CommandAnswer) -> str:
    why = command.reason or (NOT_TAKEN_UP if command.state == ASKED else "")
    return printable(f"{command.device}: {command.kind} is {command.state}. {why}".rstrip())


def _state(state: str) -> Cell:
    return state, TONES.get(state, tones.BEWARE)


def _rows(found: list[CommandAnswer]) -> Iterable[Row]:
    for each in found:
        yield (
            each.command[:8], each.device, each.kind, _state(each.state), each.asked_at, each.asked_by,
            each.settled_at, each.reason,
        )  # fmt: skip


LIST = looks.Look(
    COMMANDS,
    "What devices were asked, and what became of it, the newest first.",
    (
        Column("command", 7),
        Column("device"),
        Column("what", 2),
        Column("state"),
        Column("asked", 3, TIME),
        Column("by", 4),
        Column("ended", 6, TIME),
        Column("why", 5, WORDS),
    ),
    _rows,
    "No command to a device is kept.",
)
