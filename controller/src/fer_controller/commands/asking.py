"""An operator asks something of one device."""

from datetime import datetime, timedelta
from uuid import uuid4

from fer_wire.commands import KINDS
from fer_wire.message import iso_utc

from fer_controller.errors import RequestError
from fer_controller.rollout import audit
from fer_controller.store.commands.records import CommandRow
from fer_controller.store.subjects import Subjects

MOST_OPEN = 8
"""Commands that one device may have before it at once."""


def ask(known: Subjects, device: str, kind: str, actor: str, now: datetime, holds_s: float) -> CommandRow:
    """Store the command, which the controller sends at once; the device is known. Raises RequestError."""
    if kind not in KINDS:
        raise RequestError(f"No device knows the command {kind[:32]!r}; there are {', '.join(KINDS)}.")
    if known.devices.is_revoked(device):
        raise RequestError(f"{device} is revoked, so it is told nothing; `fer-controller enroll` takes it in again.")
    if known.commands.number_open(device) >= MOST_OPEN:
        raise RequestError(
            f"{device} has {MOST_OPEN} commands before it that it has not answered; wait until they are answered or "
            f"expire (`fer-controller devices commands --device {device}`)."
        )
    at, until = iso_utc(now), iso_utc(now + timedelta(seconds=holds_s))
    command = CommandRow(uuid4().hex, device, kind, at, actor, until)
    sentence = f"{actor} asks {device}: {kind}; it holds until {until}."
    entry = audit.entry(
        at, "", audit.COMMANDED, sentence, device=device, actor=actor, numbers={"command": command.id}
    )  # fmt: skip
    with known.transaction():
        known.commands.ask(command)
        known.audit.append([entry])
    return command
