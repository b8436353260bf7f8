"""Sessions of the page: begun with an operator's token, and over when that is void, has expired, or was signed out."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.desk import access
from fer_controller.errors import AccessError
from fer_controller.registry.tokens import TOKEN_BYTES, hashed
from fer_controller.rollout import audit
from fer_controller.store.credentials.records import OPERATORS, Token
from fer_controller.store.credentials.sessions import SessionStore
from fer_controller.store.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was begun; only the hash of its secret is stored."""

    secret: str
    operator: Token


def begin(known: Subjects, token: str, now: datetime, lasts: timedelta) -> Session:
    """Begin one; raises AccessError for a token that is no operator's, or has expired."""
    operator, at = access.who(known.tokens, token), iso_utc(now)
    if operator is None:
        raise AccessError("The token belongs to no operator; `fer-controller operators add NAME` makes one.")
    if operator.expired(at):
        raise AccessError(
            f"The token of {operator.holder} expired at {operator.expires_at}; `fer-controller operators add "
            f"{operator.holder} --replace` makes another."
        )
    begun = Session(secrets.token_urlsafe(TOKEN_BYTES), operator)
    with known.transaction():
        known.sessions.begin(hashed(begun.secret), hashed(token), at, iso_utc(now + lasts))
        sentence = f"{operator.holder} signs in at the page."
        known.audit.append([audit.act(audit.SIGNED_IN, sentence, operator.holder)])
    return begun


def end(known: Subjects, secret: str, operator: str) -> None:
    """End it; nothing happens where it has ended already."""
    with known.transaction():
        if known.sessions.end(hashed(secret)):
            known.audit.append([audit.act(audit.SIGNED_OUT, f"{operator} signs out of the page.", operator)])


def who(sessions: SessionStore, secret: str, now: datetime) -> Token | None:
    """The operator whose session this is; None where it has ended."""
    found = sessions.token(hashed(secret), iso_utc(now))
    return found if found is not None and found.role in OPERATORS else None
