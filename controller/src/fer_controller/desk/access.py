"""Who may look and who may give orders over HTTP: operators with tokens, of which only hashes are stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from fer_wire import TopicError
from fer_wire.message import iso_utc
from fer_wire.names import checked_name

from fer_controller.errors import AccessError
from fer_controller.registry.tokens import TOKEN_BYTES, hashed
from fer_controller.rollout.audit import RUNNER
from fer_controller.rollout.devices import reach
from fer_controller.store.credentials.records import ADMIN, OPERATORS, VIEWER, Token
from fer_controller.store.credentials.store import TokenStore


@dataclass(frozen=True, slots=True)
class Made:
    """A token that was made, the role that it gives, and over which devices."""

    token: str
    role: str
    selector: str = ""


def make(
    store: TokenStore,
    name: str,
    role: str | None,
    now: datetime,
    *,
    replace: bool = False,
    expires_at: str = "",
    selector: str | None = None,
) -> Made:
    """A new token; without a role or a selector it gives those that the operator has, and a new one may look at all.

    It expires where a time is given. Raises AccessError for an invalid name or role, and for an operator who is
    there and is not to be replaced, RequestError for an invalid selector.
    """
    if name == RUNNER:
        raise AccessError(f"{RUNNER} is what the audit log calls the controller itself; use another name.")
    if role not in (None, *OPERATORS):
        raise AccessError(f"There is no role {role!r}; use {', '.join(OPERATORS)}.")
    had = store.of_operator(_checked(name))
    if had and not replace:
        raise AccessError(
            f"{name} is there already, as {had.role} since {had.made_at}; --replace makes another token, and voids "
            "that one."
        )
    given = Token(
        name, role or (had.role if had else VIEWER), iso_utc(now), expires_at,
        selector=_limit(selector if selector is not None else had.selector if had else ""),
    )  # fmt: skip
    if given.role == ADMIN and given.selector:
        raise AccessError(f"An admin gives others what they may do, and cannot be limited; make {name} an operator.")
    made = Made(secrets.token_urlsafe(TOKEN_BYTES), given.role, given.selector)
    store.put(given, hashed(made.token))
    return made


def remove(store: TokenStore, name: str) -> None:
    """Remove an operator and their token; raises AccessError when there is no such operator."""
    if not store.remove_operator(_checked(name)):
        raise AccessError(f"There is no operator {name}; `fer-controller operators list` shows them.")


def who(store: TokenStore, token: str) -> Token | None:
    """The operator who holds a token; None when nobody does."""
    found = store.token(hashed(token))
    return found if found is not None and found.role in OPERATORS else None


def _limit(selector: str) -> str:
    reach.limit(selector)
    return selector.strip()


def _checked(name: str) -> str:
    try:
        return checked_name(name)
    except TopicError as error:
        raise AccessError(
            f"{name[:80]!r} is not a name for an operator; use 1 to 64 letters, digits, '_', '.' or '-', "
            "a letter or digit first."
        ) from error
