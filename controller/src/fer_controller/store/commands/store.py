"""Commands in the database."""

from collections.abc import Iterable

from fer_wire import Reply

from fer_controller.store.commands.records import SEND, TABLE, CommandRow, Move, reply_of
from fer_controller.store.database import Database, named

KEPT_OF_A_DEVICE = 20
"""Commands that are kept of one device; the oldest that have ended make way."""


class CommandStore:
    """What was asked of devices; each change is one durable transaction, or joins one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, command: CommandRow) -> None:
        """Note what is asked, before it is sent."""
        with self._database.transaction():
            self._database.run("insert_command", named(command))
            self._database.run("trim_commands_of", {"device": command.device, "most": KEPT_OF_A_DEVICE})

    def of(self, id_: str) -> CommandRow | None:
        """A command with all that was replied."""
        return self._database.first(CommandRow, "command", {"id": id_})

    def newest(self, device: str, limit: int) -> list[CommandRow]:
        """The newest of one device, or of all when it is empty, the newest first; without diagnoses."""
        return self._database.records(CommandRow, "newest_commands", {"device": device, "limit": limit})

    def to_attend(self, limit: int) -> list[CommandRow]:
        """Those that are open, or whose end the audit log does not have, the oldest first; without diagnoses."""
        return self._database.records(CommandRow, "commands_to_attend", {"limit": limit})

    def number_open(self, device: str) -> int:
        """How many a device may still begin."""
        return self._database.number("open_commands_of", {"device": device})

    def move(self, id_: str, move: Move) -> bool:
        """What happened, as the table of states has it; False where it lists no such event, or there is no command."""
        with self._database.transaction():
            return self._moved(id_, move)

    def replied(self, replies: Iterable[Reply], at: str) -> None:
        """What devices replied, each to a command to itself; in the transaction of what came with it."""
        for reply in replies:
            row = self.of(reply.command)
            if row is not None and row.device == reply.device:
                self.move(row.id, reply_of(reply, at))

    def note(self, command: CommandRow) -> bool:
        """The audit log has how it ended, in the transaction that says so; False when it has that already."""
        return self._database.run("note_command", {"id": command.id, "state": command.state}) > 0

    def forget_before(self, before: str, limit: int) -> int:
        """Delete some of those that were asked for before a time; returns how many."""
        with self._database.transaction():
            return self._database.run("forget_commands_before", {"before": before, "limit": limit})

    def trim(self, most: int, limit: int) -> int:
        """Delete some of the oldest of all devices beyond so many; returns how many."""
        with self._database.transaction():
            return self._database.run("trim_commands", {"most": most, "limit": limit})

    def _moved(self, id_: str, move: Move) -> bool:
        while (row := self.of(id_)) is not None and (row.state, move.event) in TABLE:
            if self._database.run("move_command", _changed(row, move)):
                return True
        return False


def _changed(row: CommandRow, move: Move) -> "dict[str, str]":
    sends = move.event == SEND
    return {
        "id": row.id, "before": row.state, "after": TABLE[row.state, move.event],
        "sent_at": move.at if sends else row.sent_at, "settled_at": "" if sends else move.at,
        "run": move.run, "reason": move.reason, "diagnosis": move.diagnosis,
    }  # fmt: skip
