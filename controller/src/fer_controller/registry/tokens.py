"""What devices prove themselves with when they fetch models; only a token's hash is kept."""

import hashlib
import secrets
from datetime import UTC, datetime

from fer_wire import TopicError
from fer_wire.message import iso_utc
from fer_wire.names import checked_name

from fer_controller.errors import RegistryError
from fer_controller.store.credentials.records import DEVICE, Token
from fer_controller.store.credentials.store import TokenStore

TOKEN_BYTES = 32


def make(store: TokenStore, device: str) -> str:
    """A new token for a device, instead of the one that it had; raises RegistryError for what is no device's name."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.put(Token(checked(device), DEVICE, iso_utc(datetime.now(UTC))), hashed(token))
    return token


def revoke(store: TokenStore, device: str) -> None:
    """Take a device's token away; raises RegistryError when it has none."""
    if not store.remove_device(checked(device)):
        raise RegistryError(f"{device} has no token; see how its name is spelt in `fer-controller devices`.")


def device_of(store: TokenStore, token: str) -> str | None:
    """The device that a token belongs to; None when it is nobody's."""
    found = store.token(hashed(token))
    return found.holder if found is not None and found.role == DEVICE else None


def checked(device: str) -> str:
    """The device's name; raises RegistryError for what is none."""
    try:
        return checked_name(device)
    except TopicError as error:
        raise RegistryError(str(error)) from error


def hashed(token: str) -> str:
    """SHA-256 of a token, which is as random as its hash and needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
