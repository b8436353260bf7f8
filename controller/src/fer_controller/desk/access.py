"""Who may look and who may give orders over HTTP: operators with tokens, of which only hashes are stored."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
    wanted = _role(role)
    had = store.of_operator(_checked(name))
    if had and not replace:
        raise AccessError(
            f"{name} is there already, as {had.role} since {had.made_at}; --replace makes another token, and voids "
            "that one."
        )
    given = _expect_unlimited(Token(
        name, wanted or (had.role if had else VIEWER), iso_utc(now), expires_at,
        selector=_limit(selector if selector is not None else had.selector if had else ""),
    ))  # fmt: skip
    made = Made(secrets.token_urlsafe(TOKEN_BYTES), given.role, given.selector)
    store.put(given, hashed(made.token))
    return made


def change(store: TokenStore, name: str, role: str | None, selector: str | None) -> Token:
    """Give an operator another role, other devices, or both; their token stays.

    Raises AccessError for an invalid name or role, and when there is no such operator, RequestError for an invalid
    selector.
    """
    had = _known(store, name)
    limit = had.selector if selector is None else _limit(selector)
    given = _expect_unlimited(replace(had, role=_role(role) or had.role, selector=limit))
    store.change(given, had.role)
    return given


def void(store: TokenStore, name: str, now: datetime) -> Token:
    """Let an operator's token expire now; they stay, with role and devices, until they get another.

    Raises AccessError when there is no such operator, and when the token lets nobody in anyway.
    """
    had, at = _known(store, name), iso_utc(now)
    if had.expired(at):
        raise AccessError(
            f"The token of {name} expired at {had.expires_at} already; `fer-controller operators add {name} --replace` "
            "makes another."
        )
    voided = replace(had, expires_at=at)
    store.change(voided, had.role)
    return voided


@contextmanager
def keeping_an_admin(store: TokenStore, now: datetime) -> Iterator[None]:
    """A change, in a transaction, after which somebody can still say who may do what, if somebody could before.

    Raises AccessError when it leaves no admin whose token is in force.
    """
    had_one = _has_admin(store, now)
    yield
    if had_one and not _has_admin(store, now):
        raise AccessError(
            "This would leave no admin whose token lets them in; make another first, with `fer-controller operators "
            "add NAME --role admin`."
        )


def remove(store: TokenStore, name: str) -> None:
    """Remove an operator and their token; raises AccessError when there is no such operator."""
    _known(store, name)
    store.remove_operator(name)


def who(store: TokenStore, token: str) -> Token | None:
    """The operator who holds a token; None when nobody does."""
    found = store.token(hashed(token))
    return found if found is not None and found.role in OPERATORS else None


def _known(store: TokenStore, name: str) -> Token:
    found = store.of_operator(_checked(name))
    if found is None:
        raise AccessError(f"There is no operator {name}; `fer-controller operators list` shows them.")
    return found


def _has_admin(store: TokenStore, now: datetime) -> bool:
    at = iso_utc(now)
    return any(each.role == ADMIN and not each.expired(at) for each in store.operators())


def _role(role: str | None) -> str | None:
    if role not in (None, *OPERATORS):
        raise AccessError(f"There is no role {role!r}; use {', '.join(OPERATORS)}.")
    return role


def _expect_unlimited(given: Token) -> Token:
    if given.role == ADMIN and given.selector:
        raise AccessError(
            f"An admin gives others what they may do, and cannot be limited; make {given.holder} an operator."
        )
    return given


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
