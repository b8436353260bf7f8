"""The record of a device's update: what was ordered, how far it has come, and what outlives a death."""

from datetime import datetime
from typing import Dict, Optional, Tuple

from pydantic import BaseModel, ConfigDict

from fer_wire.contracts import CLASSIFIER
from fer_wire.desired import Desired
from fer_wire.device.orders import Order
from fer_wire.device.transitions import (
    BROKE_OFF,
    DISTURBED,
    REFUSED,
    REPLACED,
    SERVES_ALREADY,
    WITHDRAWN,
    after,
)
from fer_wire.device.trust import Trust
from fer_wire.keys import ORDERS
from fer_wire.message import UtcTime, iso_utc
from fer_wire.reported import IDLE, PROBATION, REASON_CHARACTERS, UNFINISHED_STATES, Trusted, Update

KEYS_REMEMBERED = 32
TAKEN_BACK = "The desired state was taken back."
TAKES_ITS_PLACE = "Attempt {attempt} of rollout {rollout} takes its place."

Key = Tuple[str, int, str]


class Before(BaseModel):
    """What one camera's pipeline did before the update."""

    model_config = ConfigDict(frozen=True)

    fps: float
    p95_ms: float


class Heard(BaseModel):
    """The last order that one key signed."""

    model_config = ConfigDict(frozen=True)

    sequence: int
    expires: UtcTime


class Record(BaseModel):
    """One update of a device. Every change is a new record; the device saves it before it acts on it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    desired: Optional[Desired] = None
    state: str = IDLE
    reason: str = ""
    sequence: int = 0
    """The highest sequence of a desired state that was taken; an unsigned one is held against it."""
    signed: Dict[str, Heard] = {}
    """By public key; a signed order is held against these, as far as the keys are still trusted."""
    crashes: int = 0
    """How often the agent died while the new model was loaded or served on trial."""
    stopped: bool = False
    """Whether the agent was stopped in order; otherwise it died."""
    chosen: str = ""
    """sha256 of the file that was chosen."""
    measured_ms: Dict[str, float] = {}
    downloaded_bytes: int = 0
    size_bytes: int = 0
    before: Dict[str, Before] = {}
    """By camera."""
    done: Tuple[Key, ...] = ()
    """The keys of updates that have ended; none is done again."""

    @property
    def unfinished(self) -> bool:
        """Whether the update has begun and not ended."""
        return self.state in UNFINISHED_STATES

    @property
    def task(self) -> str:
        """Which model of the device it replaces."""
        return self.desired.task if self.desired else CLASSIFIER

    @property
    def reference(self) -> str:
        """NAME@VERSION/PRECISION of the file that was chosen, or of the first choice."""
        artifacts = self.desired.artifacts if self.desired else ()
        chosen = [artifact.model for artifact in artifacts if artifact.sha256 == self.chosen]
        return (chosen or [self.desired.model if self.desired else ""])[0]

    def judged(self, order: Order, trust: Trust, now: datetime) -> Tuple["Record", str]:
        """The record that has heard an order, and why the order is passed over; empty when it is to be obeyed.

        Save the record even where the order is passed over: the same order with a later expiry is its renewal.
        """
        late = self._why_late(order, trust, now)
        heard = self._heard(order) if order.key and not late else self
        return heard, self._why_known(order) or late

    def expires(self, trust: Trust) -> Optional[datetime]:
        """Until when what was ordered holds; None where no order was signed by a key that is trusted still."""
        return max((heard.expires for heard in self._still(trust)), default=None)

    def trusted(self, trust: Trust, now: datetime, refusal: str = "") -> Optional[Trusted]:
        """What the device reports of it; None where it has no key."""
        if trust.keys is None:
            return None
        expires = self.expires(trust)
        return Trusted(
            keys_version=trust.keys.version,
            signed_orders_alone=trust.signed_orders_alone,
            order_expires=expires,
            order_expired=expires is not None and expires < now,
            refusal=_shortened(refusal),
        )

    def _why_known(self, order: Order) -> str:
        if order.desired is None:
            return "" if self.unfinished else "nothing is under way that it could take back"
        if self.desired is not None and order.desired.key == self.desired.key:
            return f"it is the one that is {self.state}"
        return "it was done before" if order.desired.key in self.done else ""

    def _why_late(self, order: Order, trust: Trust, now: datetime) -> str:
        """Why it comes too late; an unsigned withdrawal has no number, and never does."""
        signed = self._still(trust) if order.key else tuple(self.signed.values())
        last = max([0 if order.key else self.sequence, *(heard.sequence for heard in signed)])
        if order.sequence < last and (order.key or order.desired):
            return f"its sequence {order.sequence} is below {last}, the last that was taken"
        if order.key and order.expires is not None and order.expires < now:
            return f"it expired at {iso_utc(order.expires)}, and was not renewed"
        return ""

    def _heard(self, order: Order) -> "Record":
        before = self.signed.get(order.key)
        expires = order.expires
        if expires is None or (before and (before.sequence, before.expires) >= (order.sequence, expires)):
            return self
        others = {key: heard for key, heard in self.signed.items() if key != order.key}
        kept = dict(list(others.items())[1 - KEYS_REMEMBERED :])
        return self.model_copy(update={"signed": {**kept, order.key: Heard(sequence=order.sequence, expires=expires)}})

    def _still(self, trust: Trust) -> Tuple[Heard, ...]:
        """What was heard of keys that may sign orders still: with a stolen key goes what it signed (TUF 5.3.11)."""
        return tuple(heard for key, heard in self.signed.items() if trust.allows(key, ORDERS))

    def begun(self, order: Desired) -> "Record":
        """The record of a new order: ORDERED, SERVES_ALREADY or REFUSED comes next."""
        return Record(
            desired=order,
            sequence=max(self.sequence, order.sequence),
            signed=self.signed,
            size_bytes=sum(artifact.size_bytes for artifact in order.artifacts),
            done=self.done,
        )

    def moved(self, event: str, reason: str = "", **changes: object) -> "Record":
        """The record after an event; raises UpdateStateError when the event cannot happen now."""
        state = after(self.state, event)
        changes.update(state=state, reason=_shortened(reason))
        if state not in UNFINISHED_STATES and self.desired:
            changes["done"] = (*self.done, self.desired.key)[-KEYS_REMEMBERED:]
        return self.model_copy(update=changes)

    def served_already(self) -> "Record":
        """The update ends well at once, for the device runs that model."""
        if self.state != IDLE or self.desired is None:
            return self.moved(SERVES_ALREADY)
        return self.moved(SERVES_ALREADY, chosen=self.desired.sha256, downloaded_bytes=self.desired.size_bytes)

    def broken_off(self, event: str, reason: str) -> "Record":
        """The update ends badly; while a model serves on trial every fault counts as that model's."""
        on_trial = self.state == PROBATION and event in (REFUSED, BROKE_OFF)
        return self.moved(DISTURBED if on_trial else event, reason)

    def fetched(self, downloaded_bytes: int) -> "Record":
        """The same record, with so many bytes of the update's files here."""
        return self.model_copy(update={"downloaded_bytes": downloaded_bytes})

    def withdrawn(self) -> "Record":
        """The update ends because its desired state was taken back."""
        return self.moved(WITHDRAWN, TAKEN_BACK)

    def superseded(self, order: Desired) -> "Record":
        """The update ends because another desired state takes its place."""
        return self.moved(REPLACED, TAKES_ITS_PLACE.format(attempt=order.attempt, rollout=order.rollout))

    def update(self) -> Optional[Update]:
        """What the device reports of it; None before the first order."""
        desired = self.desired
        if desired is None:
            return None
        return Update(
            rollout=desired.rollout,
            attempt=desired.attempt,
            task=desired.task,
            sha256=desired.sha256,
            state=self.state,
            reason=self.reason,
            model=self.reference,
            downloaded_bytes=self.downloaded_bytes,
            size_bytes=self.size_bytes,
            measured_ms=self.measured_ms,
        )


def _shortened(reason: str) -> str:
    return reason if len(reason) <= REASON_CHARACTERS else reason[: REASON_CHARACTERS - 1] + "…"
