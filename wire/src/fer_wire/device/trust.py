"""Whose signatures a device trusts: a list of keys, and how it follows the fleet to the next one."""

from base64 import b64decode
from binascii import Error as NoBase64
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Callable, Iterable, Optional, Tuple

from fer_wire.errors import UntrustedError
from fer_wire.keys import LISTS, SIGNATURE_BYTES, KeyList, ListedKey, ListSignature
from fer_wire.message import parse
from fer_wire.signed import KEY_LIST, SignedForm

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Whether a public key (32 bytes) proves a signature (64 bytes) of what was signed, by Ed25519 (RFC 8032, 5.1.7)."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


def one_key(public: str) -> KeyList:
    """The list of a device that was given a single key: version 0, so that the fleet's first list can follow it."""
    return KeyList(version=0, time=LONG_AGO, keys=(ListedKey(public=public),))


@dataclass(frozen=True)
class Trust:
    """A list of keys, and what verifies a signature; without a list nothing is proven, and orders need no proof."""

    keys: Optional[KeyList]
    verifies: Verifies

    @property
    def signed_orders_alone(self) -> bool:
        """Whether an order must be signed: since the fleet has published a list."""
        return self.keys is not None and self.keys.version > 0

    def allows(self, public: str, purpose: str) -> bool:
        """Whether this key may sign for this purpose."""
        return self.keys is not None and public in self.keys.those_for(purpose)

    def signer(self, form: SignedForm, payload: bytes, signature: str, purpose: str) -> str:
        """The public key that signed a message, of those that may; empty when none did.

        Raises MessageError when the payload is no JSON object.
        """
        message = form.signed_bytes(payload)
        allowed = self.keys.those_for(purpose) if self.keys else ()
        return next((public for public in allowed if self._proves(public, signature, message)), "")

    def next(self, payload: bytes) -> "Trust":
        """The trust in the list that follows; raises MessageError for anything that is not that list.

        The rules are TUF's for its root (specification 1.0, 5.3): one version after the other, each signed by the
        threshold of its own keys and by that of the list before. A single key is followed by any list that it signed,
        for a device may have been given it after many rotations.
        """
        new, trusted = parse(KeyList, payload), self.keys
        if trusted is None:
            raise UntrustedError("A list of keys proves nothing to a device without a key.")
        if new.version != trusted.version + 1 and (self.signed_orders_alone or new.version == 0):
            raise UntrustedError(
                f"The list of keys {new.version} does not follow list {trusted.version}; the next one is missing."
            )
        signers = self._signers(new.signatures, KEY_LIST.signed_bytes(payload))
        for each in (trusted, new):
            if len(signers & set(each.those_for(LISTS))) < each.threshold:
                raise UntrustedError(
                    f"The list of keys {new.version} needs {each.threshold} signatures by keys for lists of list "
                    f"{each.version}, and has fewer."
                )
        return replace(self, keys=new)

    def followed(self, payloads: Iterable[bytes]) -> "Trust":
        """The trust after several lists, one by one; raises MessageError at the first that does not follow.

        A single key passes over the lists that were there before it.
        """
        trust = self
        for payload in payloads:
            trust = trust._after(payload)
        return trust

    def _after(self, payload: bytes) -> "Trust":
        try:
            return self.next(payload)
        except UntrustedError:
            if self.signed_orders_alone:
                raise
            return self

    def _signers(self, signatures: Tuple[ListSignature, ...], message: bytes) -> "set[str]":
        return {each.key for each in signatures if self._proves(each.key, each.signature, message)}

    def _proves(self, public: str, signature: str, message: bytes) -> bool:
        try:
            raw = b64decode(signature, validate=True)
        except (NoBase64, ValueError):
            return False
        return len(raw) == SIGNATURE_BYTES and self.verifies(b64decode(public), raw, message)


def unproven(_public: bytes, _signature: bytes, _message: bytes) -> bool:
    """Verifies nothing: for a device without keys."""
    return False


NO_KEYS = Trust(None, unproven)
"""Of a device without a key: it takes orders as they come."""
