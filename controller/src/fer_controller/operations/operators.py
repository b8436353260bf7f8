"""Operations on who may do what over HTTP: the operators, one more, one changed, one less."""

from typing import Literal

from pydantic import AwareDatetime, Field

from fer_controller.operations.operation import GET, POST, Answer, Nothing, Operation, Parameters
from fer_controller.store.credentials.records import ADMIN, OPERATOR, VIEWER

Role = Literal["viewer", "operator", "admin"]
"""VIEWER, OPERATOR or ADMIN."""


class OperatorAnswer(Answer):
    """An operator; times are ISO 8601 in UTC."""

    operator: str = Field(description="As the audit log names them.")
    role: str = Field(description=f"{VIEWER}, {OPERATOR} or {ADMIN}.")
    selector: str = Field(default="", description="Which devices they see and change; empty for all.")
    made_at: str = Field(description="When their token was made.")
    expires_at: str | None = Field(default=None, description="When it lets nobody in any more; null for never.")
    last_used_at: str | None = Field(default=None, description="When it was last used, to the minute; null for never.")


class AddOperatorRequest(Parameters):
    """Whose token is made, and what it allows."""

    operator: str = Field(description="Their name.")
    role: Role | None = Field(
        default=None, description="viewer: may look; operator: also gives orders; admin: also says who may do what."
    )
    selector: str | None = Field(
        default=None, description="Only these devices, 'site=lab,room!=cellar': labels, or device; empty for all."
    )
    replace: bool = Field(default=False, description="Make another token for an operator who is there.")
    expires_at: AwareDatetime | None = Field(default=None, description="When it expires; by default never.")


class MadeTokenAnswer(Answer):
    """A token that was made."""

    operator: str = Field(description="Whose it is.")
    role: str = Field(description="What it allows.")
    selector: str = Field(default="", description="Over which devices; empty for all.")
    token: str = Field(description="The token, which is never shown again.")


class ChangeOperatorRequest(Parameters):
    """What an operator may do from now on."""

    operator: str = Field(description="Their name.")
    role: Role | None = Field(default=None, description="By default what it is.")
    selector: str | None = Field(
        default=None, description="Only these devices, 'site=lab,room!=cellar'; empty for all, by default as it is."
    )


class VoidTokenRequest(Parameters):
    """Whose token lets nobody in any more."""

    operator: str = Field(description="Their name.")


class RemoveOperatorRequest(Parameters):
    """Whose token is void."""

    operator: str = Field(description="Their name.")


class RemovedOperatorAnswer(Answer):
    """An operator who was removed."""

    operator: str = Field(description="Their name.")
    removed: bool = Field(default=True, description="True.")


ALL_OPERATORS = Operation(
    "operators", GET, "/v1/operators", ADMIN, Nothing, list[OperatorAnswer],
    "The operators by name, as `operators list --json`.",
)  # fmt: skip
ADD_OPERATOR = Operation(
    "add_operator", POST, "/v1/operators", ADMIN, AddOperatorRequest, MadeTokenAnswer,
    "Make an operator's token, as `operators add`; it is shown once.", status=201,
)  # fmt: skip
CHANGE_OPERATOR = Operation(
    "change_operator", POST, "/v1/operators/{operator}/change", ADMIN, ChangeOperatorRequest, OperatorAnswer,
    "Give an operator another role or other devices, as `operators change`; their token stays, and gives that at once.",
)  # fmt: skip
VOID_TOKEN = Operation(
    "void_token", POST, "/v1/operators/{operator}/void", ADMIN, VoidTokenRequest, OperatorAnswer,
    "Void an operator's token at once, as `operators void`; they stay as they are until another is made for them.",
)  # fmt: skip
REMOVE_OPERATOR = Operation(
    "remove_operator", POST, "/v1/operators/{operator}/remove", ADMIN, RemoveOperatorRequest, RemovedOperatorAnswer,
    "Remove an operator, as `operators remove`; their token is void at once.",
)  # fmt: skip

OPERATIONS = (ALL_OPERATORS, ADD_OPERATOR, CHANGE_OPERATOR, VOID_TOKEN, REMOVE_OPERATOR)
