"""Who may do what over HTTP; each change stands in the audit log, in the same transaction."""

from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk import access
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.operation import Nothing
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    ALL_OPERATORS,
    REMOVE_OPERATOR,
    AddOperatorRequest,
    MadeTokenAnswer,
    OperatorAnswer,
    RemovedOperatorAnswer,
    RemoveOperatorRequest,
)
from fer_controller.rollout import audit


@ANSWERS.carries_out(ALL_OPERATORS)
def operators(context: Context, _asked: Nothing) -> list[OperatorAnswer]:
    """All by name."""
    return [
        OperatorAnswer(
            operator=each.holder,
            role=each.role,
            selector=each.selector,
            made_at=each.made_at,
            expires_at=each.expires_at or None,
            last_used_at=each.last_used_at or None,
        )
        for each in context.stores.upgraded.tokens.operators()
    ]


@ANSWERS.carries_out(ADD_OPERATOR)
def add_operator(context: Context, asked: AddOperatorRequest) -> MadeTokenAnswer:
    """Make the token; raises AccessError, RequestError."""
    known, name, actor = context.stores.changing, asked.operator, context.actor
    expires_at = iso_utc(asked.expires_at) if asked.expires_at else ""
    with known.transaction():
        made = access.make(
            known.tokens, name, asked.role, datetime.now(UTC), replace=asked.replace, expires_at=expires_at,
            selector=asked.selector,
        )  # fmt: skip
        of = f" of {made.selector}" if made.selector else ""
        until = f", until {expires_at}" if expires_at else ""
        sentence = f"{actor} makes a token for {name}, {made.role}{of}{until}."
        known.audit.append([audit.act(audit.OPERATOR_ADDED, sentence, actor)])
    return MadeTokenAnswer(operator=name, role=made.role, selector=made.selector, token=made.token)


@ANSWERS.carries_out(REMOVE_OPERATOR)
def remove_operator(context: Context, asked: RemoveOperatorRequest) -> RemovedOperatorAnswer:
    """Void the token; raises AccessError when there is no such operator."""
    known, name, actor = context.stores.changing, asked.operator, context.actor
    with known.transaction():
        access.remove(known.tokens, name)
        known.audit.append([audit.act(audit.OPERATOR_REMOVED, f"{actor} removes {name}.", actor)])
    return RemovedOperatorAnswer(operator=name)
