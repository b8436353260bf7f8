"""Commands to single devices."""

from datetime import UTC, datetime

from fer_controller.commands import asking
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.errors import RequestError
from fer_controller.operations.as_stored import read
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMAND,
    COMMANDS,
    CommandAnswer,
    CommandQuery,
    CommandRequest,
    CommandsQuery,
)
from fer_controller.store.commands.records import CommandRow


@ANSWERS.carries_out(COMMAND)
def command(context: Context, asked: CommandRequest) -> CommandAnswer:
    """Ask a device; raises RequestError."""
    context.expect([asked.device])
    now = datetime.now(UTC)
    return _answer(asking.ask(context.stores.changing, asked.device, asked.kind, context.actor, now, asked.holds_s))


@ANSWERS.carries_out(ASKED_COMMAND)
def asked_command(context: Context, asked: CommandQuery) -> CommandAnswer:
    """A command with all that was replied; raises RequestError where there is none."""
    found = context.stores.looking.commands.of(asked.command)
    if found is None:
        raise RequestError(
            f"There is no command {asked.command[:64]!r}; `fer-controller devices commands` lists those that are kept."
        )
    return _answer(found)


@ANSWERS.carries_out(COMMANDS)
def commands(context: Context, asked: CommandsQuery) -> list[CommandAnswer]:
    """The newest of one device or of all."""
    return [_answer(each) for each in context.stores.looking.commands.newest(asked.device or "", asked.limit)]


def _answer(row: CommandRow) -> CommandAnswer:
    return CommandAnswer(
        command=row.id,
        device=row.device,
        kind=row.kind,
        state=row.state,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        expires_at=row.expires_at,
        sent_at=row.sent_at or None,
        settled_at=row.settled_at or None,
        run=row.run or None,
        reason=row.reason or None,
        diagnosis=read(row.diagnosis) if row.diagnosis else None,
    )
