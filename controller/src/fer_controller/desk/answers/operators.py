"""Who may do what over HTTP; each change stands in the audit log, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk import access
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.operation import Nothing
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    ALL_OPERATORS,
    CHANGE_OPERATOR,
    REMOVE_OPERATOR,
    VOID_TOKEN,
    AddOperatorRequest,
    ChangeOperatorRequest,
    MadeTokenAnswer,
    OperatorAnswer,
    RemovedOperatorAnswer,
    RemoveOperatorRequest,
    VoidTokenRequest,
)
from fer_controller.rollout import audit
from fer_controller.store.credentials.records import Token
from fer_controller.store.subjects import Subjects


@ANSWERS.carries_out(ALL_OPERATORS)
def operators(context: Context, _asked: Nothing) -> list[OperatorAnswer]:
    """All by name."""
    return [_described(each) for each in context.stores.upgraded.tokens.operators()]


@ANSWERS.carries_out(ADD_OPERATOR)
def add_operator(context: Context, asked: AddOperatorRequest) -> MadeTokenAnswer:
    """Make the token; raises AccessError, RequestError."""
    name, expires_at = asked.operator, iso_utc(asked.expires_at) if asked.expires_at else ""
    with _changing(context) as (known, now):
        made = access.make(
            known.tokens, name, asked.role, now, replace=asked.replace, expires_at=expires_at, selector=asked.selector
        )
        until = f", until {expires_at}" if expires_at else ""
        does = f"makes a token for {name}, {made.role}{_of(made.selector)}{until}"
        _note(context, known, audit.OPERATOR_ADDED, does)
    return MadeTokenAnswer(operator=name, role=made.role, selector=made.selector, token=made.token)


@ANSWERS.carries_out(CHANGE_OPERATOR)
def change_operator(context: Context, asked: ChangeOperatorRequest) -> OperatorAnswer:
    """Change role and devices; raises AccessError, RequestError."""
    with _changing(context) as (known, _):
        given = access.change(known.tokens, asked.operator, asked.role, asked.selector)
        _note(context, known, audit.OPERATOR_CHANGED, f"makes {given.holder} {given.role}{_of(given.selector)}")
    return _described(given)


@ANSWERS.carries_out(VOID_TOKEN)
def void_token(context: Context, asked: VoidTokenRequest) -> OperatorAnswer:
    """Let it expire now; raises AccessError."""
    with _changing(context) as (known, now):
        voided = access.void(known.tokens, asked.operator, now)
        _note(context, known, audit.VOIDED, f"voids the token of {voided.holder}")
    return _described(voided)


@ANSWERS.carries_out(REMOVE_OPERATOR)
def remove_operator(context: Context, asked: RemoveOperatorRequest) -> RemovedOperatorAnswer:
    """Void the token, and forget them; raises AccessError."""
    with _changing(context) as (known, _):
        access.remove(known.tokens, asked.operator)
        _note(context, known, audit.OPERATOR_REMOVED, f"removes {asked.operator}")
    return RemovedOperatorAnswer(operator=asked.operator)


@contextmanager
def _changing(context: Context) -> Iterator[tuple[Subjects, datetime]]:
    """A transaction that locks nobody out: it leaves an admin, if there was one."""
    known, now = context.stores.changing, datetime.now(UTC)
    with known.transaction(), access.keeping_an_admin(known.tokens, now):
        yield known, now


def _note(context: Context, known: Subjects, action: str, does: str) -> None:
    known.audit.append([audit.act(action, f"{context.actor} {does}.", context.actor)])


def _of(selector: str) -> str:
    return f" of {selector}" if selector else ""


def _described(token: Token) -> OperatorAnswer:
    return OperatorAnswer(
        operator=token.holder,
        role=token.role,
        selector=token.selector,
        made_at=token.made_at,
        expires_at=token.expires_at or None,
        last_used_at=token.last_used_at or None,
    )
