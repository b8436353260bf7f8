"""Operators. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class OperatorAnswer(TypedDict):
    """An operator; times are ISO 8601 in UTC."""

    operator: str
    role: str
    selector: str
    made_at: str
    expires_at: str | None
    last_used_at: str | None


class MadeTokenAnswer(TypedDict):
    """A token that was made."""

    operator: str
    role: str
    selector: str
    token: str


class AddOperatorRequest(TypedDict, total=False):
    """What may be left out.

    role: viewer: may look; operator: also gives orders; admin: also says who may do what.
    selector: Only these devices, 'site=lab,room!=cellar': labels, or device; empty for all.
    replace: Make another token for an operator who is there.
    expires_at: When it expires; by default never.
    """

    role: str
    selector: str
    replace: bool
    expires_at: str


class ChangeOperatorRequest(TypedDict, total=False):
    """What may be left out.

    role: By default what it is.
    selector: Only these devices, 'site=lab,room!=cellar'; empty for all, by default as it is.
    """

    role: str
    selector: str


class RemovedOperatorAnswer(TypedDict):
    """An operator who was removed."""

    operator: str
    removed: bool


class Operators:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> List[OperatorAnswer]:
        """The operators by name, as `operators list --json`."""
        return cast("List[OperatorAnswer]", self._connection.get("/v1/operators", {}, {}))

    def add_operator(self, operator: str, **options: Unpack[AddOperatorRequest]) -> MadeTokenAnswer:
        """Make an operator's token, as `operators add`; it is shown once.

        operator: Their name.
        """
        return cast("MadeTokenAnswer", self._connection.post("/v1/operators", {}, {"operator": operator, **options}))

    def change_operator(self, operator: str, **options: Unpack[ChangeOperatorRequest]) -> OperatorAnswer:
        """Give an operator another role or other devices, as `operators change`; their token stays, and gives that
        at once.

        operator: Their name.
        """
        return cast(
            "OperatorAnswer",
            self._connection.post("/v1/operators/{operator}/change", {"operator": operator}, {**options}),
        )

    def void_token(self, operator: str) -> OperatorAnswer:
        """Void an operator's token at once, as `operators void`; they stay as they are until another is made for
        them.

        operator: Their name.
        """
        return cast(
            "OperatorAnswer", self._connection.post("/v1/operators/{operator}/void", {"operator": operator}, {})
        )

    def remove_operator(self, operator: str) -> RemovedOperatorAnswer:
        """Remove an operator, as `operators remove`; their token is void at once.

        operator: Their name.
        """
        return cast(
            "RemovedOperatorAnswer",
            self._connection.post("/v1/operators/{operator}/remove", {"operator": operator}, {}),
        )
