"""Tokens in the database; opened beside a running controller."""

import json
from collections.abc import Sequence

from fer_controller.store.credentials.records import DEVICE, OPERATORS, Token
from fer_controller.store.database import Database, named


class TokenStore:
    """Whose token it is, device's or operator's; each change is one transaction, durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, sha256: str) -> Token | None:
        """The token with this hash; None when it is nobody's."""
        return self._database.first(Token, "token", {"sha256": sha256})

    def operators(self) -> list[Token]:
        """The tokens of operators by name."""
        return self._database.records(Token, "tokens_with_roles", {"roles": json.dumps(OPERATORS)})

    def put(self, token: Token, sha256: str) -> None:
        """Keep the hash of a device's or an operator's token, instead of the one that it had."""
        with self._database.transaction():
            self._remove(token.holder, (DEVICE,) if token.role == DEVICE else OPERATORS)
            self._database.run("insert_token", {**named(token), "sha256": sha256})

    def remove_device(self, device: str) -> bool:
        """Take a device's token away; False when it has none."""
        return self._remove(device, (DEVICE,))

    def remove_operator(self, name: str) -> bool:
        """Take an operator's token away; False when there is no such operator."""
        return self._remove(name, OPERATORS)

    def _remove(self, holder: str, roles: Sequence[str]) -> bool:
        with self._database.transaction():
            return self._database.many("delete_token", [{"holder": holder, "role": role} for role in roles]) > 0
