"""The rules by which a device takes commands, and the ledger by which it carries each out once at most."""

from datetime import datetime
from typing import Optional, Tuple

from pydantic import BaseModel, ConfigDict

from fer_wire.commands import DONE, FAILED, KINDS, RESTART, Command
from fer_wire.device.trust import Trust
from fer_wire.keys import ORDERS
from fer_wire.message import UtcTime, iso_utc
from fer_wire.signed import COMMAND

REMEMBERED = 64

FOREIGN = "It is for {command.device}, and this is {device}."
NO_KEY = "This device has no key to prove it with; set update.public_key or update.keys_file."
UNSIGNED = "It is not signed."
BY_A_STRANGER = "No key that may sign orders here has signed it."
EXPIRED = "It expired at {expires}, and this device's clock shows {now}."
UNKNOWN = "This agent does not know {command.kind!r}; it knows {kinds}."
TOO_MANY = f"{REMEMBERED} commands that have not expired were taken already."
AGAIN = "It was taken before."
BEGAN_ANEW = "The agent runs anew."
DIED_BEFORE = "The agent ended before it was done; ask again."
REPLY_IS_GONE = "It was done in an earlier run of the agent, whose reply is gone; ask again."


def unproven(command: Command, payload: bytes, trust: Trust) -> str:
    """Why a command is not proven to come from the fleet; empty when it is. The payload is what it was read from."""
    if trust.keys is None:
        return NO_KEY
    if not command.signature:
        return UNSIGNED
    return "" if trust.signer(COMMAND, payload, command.signature, ORDERS) else BY_A_STRANGER


def refusal(command: Command, device: str, now: datetime) -> str:
    """Why a proven command is refused; empty when it is not."""
    if command.device != device:
        return FOREIGN.format(command=command, device=device)
    if command.expires <= now:
        return EXPIRED.format(expires=iso_utc(command.expires), now=iso_utc(now))
    return "" if command.kind in KINDS else UNKNOWN.format(command=command, kinds=", ".join(KINDS))


class Taken(BaseModel):
    """A command that a device took."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    command: str
    kind: str
    expires: UtcTime
    run: str
    """Of the agent that took it."""
    outcome: str = ""
    """Empty until it was carried out."""
    reason: str = ""

    @property
    def restarts(self) -> bool:
        """Whether the next run of the agent is its outcome."""
        return self.kind == RESTART

    @property
    def settlement(self) -> Tuple[str, str]:
        """Outcome and reason for the run that finds it unsettled: a run after a restart is its outcome."""
        return (DONE, BEGAN_ANEW) if self.restarts else (FAILED, DIED_BEFORE)

    @property
    def without_reply(self) -> Tuple[str, str]:
        """Outcome and reason to say again once the reply is gone: what was found is gone with it."""
        lost = self.outcome == DONE and not self.restarts
        return (FAILED, REPLY_IS_GONE) if lost else (self.outcome, self.reason)


class Ledger(BaseModel):
    """The commands that a device took last. Every change is a new ledger; it is saved before a command is begun."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    taken: Tuple[Taken, ...] = ()

    def of(self, command: str) -> Optional[Taken]:
        """What is known of a command; None when it is new."""
        return next((each for each in self.taken if each.command == command), None)

    def has_room(self, now: datetime) -> bool:
        """Whether one more can be remembered until it expires, without forgetting another before that."""
        return sum(each.expires > now for each in self.taken) < REMEMBERED

    def with_taken(self, command: Command, run: str, now: datetime) -> "Ledger":
        """The ledger with one more command; the oldest that have expired make way."""
        new = Taken(command=command.command, kind=command.kind, expires=command.expires, run=run)
        expired = [each for each in self.taken if each.expires <= now]
        spare = max(0, len(self.taken) + 1 - REMEMBERED)
        gone = {each.command for each in expired[:spare]}
        return Ledger(taken=(*(each for each in self.taken if each.command not in gone), new))

    def with_outcome(self, command: str, outcome: str, reason: str) -> "Ledger":
        """The ledger that knows how a command ended."""
        ended = {"outcome": outcome, "reason": reason}
        return Ledger(
            taken=tuple(
                each.model_copy(update=ended) if each.command == command else each for each in self.taken
            )
        )  # fmt: skip

    def unsettled(self, run: str) -> Tuple[Taken, ...]:
        """Those that earlier runs took and did not bring to an end."""
        return tuple(each for each in self.taken if not each.outcome and each.run != run)
