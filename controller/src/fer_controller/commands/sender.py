"""What devices are asked is said at the broker until they answer or it expires; how each ends, the audit log has."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from fer_wire import Command, Topics
from fer_wire.message import iso_utc
from fer_wire.signed import COMMAND

from fer_controller.errors import RegistryError
from fer_controller.rollout import audit
from fer_controller.rollout.desired.seal import Seal
from fer_controller.store.audit.records import AuditRow
from fer_controller.store.commands.records import EXPIRE, EXPIRED, REFUSE, SEND, CommandRow, Move
from fer_controller.store.subjects import Subjects

LOOK_EVERY_S, AGAIN_AFTER_S = 0.3, 5.0
GRACE = timedelta(seconds=30)
"""What was begun in time may take so long to answer."""
AT_ONCE = 200
NO_KEY = "Nothing signs it: make a key with `fer-controller models keygen`, and give devices its signing.pub."
NOT_ANSWERED = "The device did not answer in time."

Message = tuple[str, bytes]
log = logging.getLogger(__name__)


class Sender:
    """The commands that one broker is to be told now; a device that is at another broker is told there."""

    def __init__(
        self,
        known: Subjects,
        topics: Topics,
        seal: Seal,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known, self._topics, self._seal = known, topics, seal
        self._clock, self._clock_s = clock, clock_s
        self._said_s: dict[str, float] = {}
        self._look_at_s = float("-inf")

    def messages(self) -> list[Message]:
        """Topic and payload of each command that is due; it is stored as sent before that. Never to be retained."""
        if self._clock_s() < self._look_at_s:
            return []
        self._look_at_s = self._clock_s() + LOOK_EVERY_S
        commands = self._known.commands.to_attend(AT_ONCE)
        self._said_s = {each.id: self._said_s[each.id] for each in commands if each.id in self._said_s}
        found = [self._attended(each) for each in commands]
        return [each for each in found if each is not None]

    def _attended(self, command: CommandRow) -> Message | None:
        now = self._clock()
        if not command.is_open:
            self._note(command)
        elif command.expires_at <= iso_utc(now - GRACE):
            self._known.commands.move(command.id, Move(EXPIRE, iso_utc(now), reason=NOT_ANSWERED))
        elif command.expires_at > iso_utc(now) and self._is_due(command.id):
            return self._said(command, iso_utc(now))
        return None

    def _is_due(self, id_: str) -> bool:
        return self._clock_s() - self._said_s.get(id_, float("-inf")) >= AGAIN_AFTER_S

    def _said(self, command: CommandRow, at: str) -> Message | None:
        if not self._can_sign():
            self._known.commands.move(command.id, Move(REFUSE, at, reason=NO_KEY))
            return None
        self._said_s[command.id] = self._clock_s()
        try:
            payload = self._seal.signed(COMMAND, _message(command).payload())
        except RegistryError as error:
            log.warning("%s The command %s to %s waits.", error, command.kind, command.device)
            return None
        self._known.commands.move(command.id, Move(SEND, at))
        return self._topics.command(command.device), payload

    def _can_sign(self) -> bool:
        """Whether there is a key; one that was made a moment ago counts."""
        if not self._seal.signed_by:
            with suppress(RegistryError):
                self._seal.look()
        return bool(self._seal.signed_by)

    def _note(self, command: CommandRow) -> None:
        with self._known.transaction():
            if self._known.commands.note(command):
                self._known.audit.append([_ended(command)])


def _message(command: CommandRow) -> Command:
    return Command.model_validate(
        {
            "command": command.id, "device": command.device, "kind": command.kind, "issued": command.asked_at,
            "expires": command.expires_at,
        }
    )  # fmt: skip


def _ended(command: CommandRow) -> AuditRow:
    why = f": {command.reason}" if command.reason else "."
    sentence = f"What {command.asked_by} asked of {command.device} ({command.kind}) is {command.state}{why}"
    actor = audit.RUNNER if command.state == EXPIRED or not command.run else command.device
    return audit.entry(
        command.settled_at, "", audit.COMMAND_ENDED, sentence, device=command.device, actor=actor,
        numbers={"command": command.id},
    )  # fmt: skip
