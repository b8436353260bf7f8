"""The tokens with which devices fetch models; only the hash of a token is stored."""

import hashlib
import secrets
from datetime import UTC, datetime

from fer_wire import TopicError
from fer_wire.message import iso_utc
from fer_wire.names import checked_device

from fer_controller.errors import RegistryError
from fer_controller.store.credentials.records import DEVICE, Token
from fer_controller.store.credentials.store import TokenStore

TOKEN_BYTES = 32


def make(store: TokenStore, device: str, *, replace: bool = False, expires_at: str = "") -> str:
    """A new token for a device, which expires where a time is given.

    Raises RegistryError for an invalid name, or a token that is not to be replaced.
    """
    had = store.of_device(checked(device))
    if had and not replace:
        raise RegistryError(
            f"{device} is enrolled already, since {had.made_at}; --replace makes another token, and voids that one."
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.put(Token(device, DEVICE, iso_utc(datetime.now(UTC)), expires_at), hashed(token))
    return token


def revoke(store: TokenStore, device: str) -> None:
    """Revoke a device's token; raises RegistryError when it has none."""
    if not store.remove_device(checked(device)):
        raise RegistryError(f"{device} has no token; check the spelling in `fer-controller devices`.")


def device_of(store: TokenStore, token: str) -> str | None:
    """The device that holds a token; None when no device does."""
    found = store.token(hashed(token))
    return found.holder if found is not None and found.role == DEVICE else None


def checked(device: str) -> str:
    """The name, if a device may have it; raises RegistryError otherwise."""
    try:
        return checked_device(device)
    except TopicError as error:
        raise RegistryError(str(error)) from error


def hashed(token: str) -> str:
    """The SHA-256 of a token; a token is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
