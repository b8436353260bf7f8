"""A device is taken out at once, whoever has it now: its credentials, its orders, and what it sends from now on."""

from dataclasses import dataclass
from datetime import datetime

from fer_wire.message import iso_utc
from fer_wire.printable import printable

from fer_controller.commands.asking import MOST_OPEN
from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.store.commands.records import EXPIRE, Move
from fer_controller.store.rollouts.records import Changes
from fer_controller.store.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Taken:
    """What a device had, and has no more."""

    had_token: bool
    certificates: int


def revoke(known: Subjects, device: str, actor: str, now: datetime, reason: str = "") -> Taken:
    """Revoke a device that is known, until it is enrolled again.

    The runner ends what rollouts want of it, and the ingest refuses its messages, within a second.
    """
    at = iso_utc(now)
    why = f": {printable(reason)}" if reason else ""
    sentence = f"{actor} takes {device} out of the fleet{why}."
    entry = audit.entry(at, "", audit.REVOKED, sentence, device=device, actor=actor)
    withdrawn = messages.forgetting(device, known.rollouts.desired.of_device(device), now)
    with known.transaction():
        known.devices.revoke(device, at, actor)
        taken = Taken(known.tokens.remove_device(device), known.certificates.revoke(device, at))
        _withdraw(known, device, at, actor)
        known.rollouts.write(Changes(desired={device: withdrawn}, audit=[entry]))
    return taken


def _withdraw(known: Subjects, device: str, at: str, actor: str) -> None:
    """What it was asked and has not answered is asked no more."""
    for command in known.commands.newest(device, MOST_OPEN):
        known.commands.move(command.id, Move(EXPIRE, at, reason=f"{actor} took {device} out of the fleet."))
