"""Tokens in the database."""

import json
from collections.abc import Collection, Mapping, Sequence

from fer_controller.store.credentials.records import DEVICE, OPERATORS, Token
from fer_controller.store.database import Database, named


class TokenStore:
    """Who holds which token; each change is one durable transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, sha256: str) -> Token | None:
        """The token with this hash, if there is one."""
        return self._database.first(Token, "token", {"sha256": sha256})

    def enrolled(self) -> list[Token]:
        """The tokens of devices by name."""
        return self._database.records(Token, "tokens_with_roles", {"roles": json.dumps([DEVICE])})

    def of_devices(self, devices: Collection[str]) -> list[Token]:
        """The tokens of these devices, of those that have one."""
        values = {"role": DEVICE, "holders": json.dumps(list(devices))}
        return self._database.records(Token, "tokens_of_devices", values)

    def operators(self) -> list[Token]:
        """The tokens of operators by name."""
        return self._database.records(Token, "tokens_with_roles", {"roles": json.dumps(OPERATORS)})

    def of_device(self, device: str) -> Token | None:
        """The device's token, if it has one."""
        return self._held(device, (DEVICE,))

    def of_operator(self, name: str) -> Token | None:
        """The operator's token, if there is such an operator."""
        return self._held(name, OPERATORS)

    def put(self, token: Token, sha256: str) -> None:
        """Store the hash of a token, which replaces the holder's old one."""
        with self._database.transaction():
            self._remove(token.holder, (DEVICE,) if token.role == DEVICE else OPERATORS)
            self._database.run("insert_token", {**named(token), "sha256": sha256})

    def change(self, token: Token, had: str) -> None:
        """Let a token, which gave another role or the same, give what this one does, for as long."""
        with self._database.transaction():
            self._database.run("change_token", {**named(token), "had": had})

    def used(self, uses: Mapping[Token, str]) -> None:
        """Note when these tokens were last used."""
        rows = [{"holder": t.holder, "role": t.role, "made_at": t.made_at, "at": at} for t, at in uses.items()]
        with self._database.transaction():
            self._database.many("use_token", rows)

    def remove_device(self, device: str) -> bool:
        """Revoke a device's token; False when it has none."""
        return self._remove(device, (DEVICE,))

    def remove_operator(self, name: str) -> bool:
        """Revoke an operator's token; False when there is no such operator."""
        return self._remove(name, OPERATORS)

    def _held(self, holder: str, roles: Sequence[str]) -> Token | None:
        found = (self._database.first(Token, "held_token", {"holder": holder, "role": role}) for role in roles)
        return next((token for token in found if token is not None), None)

    def _remove(self, holder: str, roles: Sequence[str]) -> bool:
        with self._database.transaction():
            return self._database.many("delete_token", [{"holder": holder, "role": role} for role in roles]) > 0
