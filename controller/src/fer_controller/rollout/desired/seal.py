"""The signature on a desired state, put there when it is published, so that it can be renewed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from fer_wire import Desired, MessageError, Reported, Withdrawal, parse
from fer_wire.device.trust import NO_KEYS
from fer_wire.keys import ORDERS
from fer_wire.message import iso_utc
from fer_wire.signed import ORDER, SignedForm

from fer_controller.errors import RegistryError
from fer_controller.registry import rotation, signing
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.store.rollouts.records import NO_ROLLOUT, DesiredRow, SentOrder


class Seal:
    """Signs with the registry's key; a fleet that has none gets its desired states as they are."""

    def __init__(self, registry_folder: Path, sign_command: Sequence[str], order_days: float) -> None:
        self._folder, self._command = registry_folder, sign_command
        self._holds = timedelta(days=order_days)
        self._signer: signing.Signer | None = None
        self._trust = NO_KEYS

    @property
    def signed_by(self) -> str:
        """The public key that signs; empty where none does."""
        return self._signer.public if self._signer else ""

    def look(self) -> None:
        """Read the keys anew; raises RegistryError when there are some that devices would not believe."""
        private, history = self._folder / signing.PRIVATE_FILE, KeyHistory(self._folder)
        if history.newest is None and not self._command and not private.exists():
            self._signer = None
            return
        self._signer = rotation.authorized(self._folder, signing.signer(self._folder, self._command), ORDERS)
        self._trust = history.trust

    def renewed_before(self, now: datetime) -> str:
        """What expires before this time is due to be signed anew."""
        return iso_utc(now + self._holds / 2)

    def stands_for(self, row: DesiredRow, payload: bytes) -> bool:
        """Whether what the broker has is this desired state, or one that is as good to devices: ours, and not older."""
        try:
            found = parse(Desired, payload)
        except MessageError:
            return False
        if self._signer is None:
            return True
        return found.sequence >= row.sequence and bool(self._trust.signer(ORDER, payload, found.signature, ORDERS))

    def signed(self, form: SignedForm, payload: bytes) -> bytes:
        """A message with its signature; raises RegistryError when nobody signs."""
        if self._signer is None:
            raise RegistryError("Nothing signs here; make a key with `fer-controller models keygen`.")
        return signing.signed(form, payload, self._signer)

    def sealed(self, row: DesiredRow, reported: str, now: datetime) -> tuple[bytes, SentOrder]:
        """The payload to publish, and how it was signed; raises RegistryError when it cannot be.

        Reported is what the device said of itself last: one that takes signed orders alone is told of a withdrawal
        by a message, all others by an empty payload.
        """
        if self._signer is None:
            return row.payload.encode(), SentOrder(row.device, row.sequence)
        until, order = now + self._holds, _order(row, reported)
        if order is None:
            return row.payload.encode(), SentOrder(row.device, row.sequence, self._signer.public, iso_utc(until))
        payload = order.model_copy(update={"expires": until}).payload()
        sent = SentOrder(row.device, row.sequence, self._signer.public, iso_utc(until))
        return signing.signed(ORDER, payload, self._signer), sent


def _order(row: DesiredRow, reported: str) -> Desired | Withdrawal | None:
    """What is signed; None for what is published as it is."""
    if row.payload:
        return parse(Desired, row.payload)
    if row.rollout == NO_ROLLOUT or not _takes_signed_alone(reported):
        return None
    return Withdrawal.model_validate(
        {"device": row.device, "withdraws": row.rollout, "sequence": row.sequence, "time": row.written_at}
    )


def _takes_signed_alone(reported: str) -> bool:
    try:
        trust = parse(Reported, reported).trust if reported else None
    except MessageError:
        return False
    return trust is not None and trust.signed_orders_alone
