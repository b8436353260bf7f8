"""Keys of a fleet, its lists of keys, and orders signed with them."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, Sequence

from fer_agent.update import verify
from fer_wire import Desired, KeyList
from fer_wire.device.trust import Trust
from fer_wire.keys import PURPOSES, ListedKey, ListSignature
from fer_wire.signed import KEY_LIST, ORDER
from unit.agent.update.making import Signer

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
SOON = NOW + timedelta(days=30)


def signed_order(order: Desired, signer: Signer, **changes: Any) -> bytes:
    """The order, with an expiry, as a controller signs it."""
    return signer.signed(order.model_copy(update={"expires": SOON, **changes}).payload(), ORDER)


def listed(*signers: Signer, signs: Sequence[str] = PURPOSES) -> "tuple[ListedKey, ...]":
    """Keys as they stand in a list."""
    return tuple(ListedKey(public=each.text, signs=tuple(signs)) for each in signers)


def key_list(version: int, keys: Sequence[ListedKey], by: Sequence[Signer] = (), threshold: int = 1) -> KeyList:
    """A list of keys, signed by these."""
    bare = KeyList(version=version, time=NOW, threshold=threshold, keys=tuple(keys))
    message = KEY_LIST.signed_bytes(bare.payload())
    return bare.model_copy(
        update={"signatures": tuple(ListSignature(key=each.text, signature=each.signature(message)) for each in by)}
    )


def trust_in(*signers: Signer, version: int = 1) -> Trust:
    """The trust of a device that has this list."""
    return Trust(key_list(version, listed(*signers)), verify.ed25519)


def signers(folder: Path, *names: str) -> Dict[str, Signer]:
    """A key for each name."""
    return {name: Signer(folder / name) for name in names}
