"""What arrives as an order: proven before anything stops for it, and kept until the update thread has obeyed it."""

import logging
import threading
from collections import deque
from datetime import datetime, timezone
from typing import Callable, Deque, Optional, Tuple

from fer_wire import MessageError, UntrustedError
from fer_wire.device.orders import Order, read_order
from fer_wire.device.record import Record
from fer_wire.reported import Trusted

from fer_agent.update.keyring import Keyring

log = logging.getLogger(__name__)

Now = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Inbox:
    """The orders of one device; any thread may put one in, and one thread takes them out."""

    def __init__(
        self, device: str, keyring: Keyring, want_keys: Callable[[], object] = lambda: None, now: Now = _utc_now
    ) -> None:
        """want_keys is called when an order is not proven, for newer keys may prove it."""
        self._device, self._keyring, self._want_keys, self._now = device, keyring, want_keys, now
        self._orders: Deque[Order] = deque()
        self._changed, self._closed = threading.Condition(), False
        self.interrupt = threading.Event()
        """Set while there is something for which a step of an update has to stop."""
        self._unproven: Optional[bytes] = None
        self._refusal = ""

    def put(self, payload: bytes, record: Record) -> bool:
        """Keep an order until it is obeyed, unless it is passed over, and logged; returns whether a report is due."""
        refusal = self._refusal
        order = self._read(payload)
        if order is not None:
            self._queue(order, record)
        return self._refusal != refusal

    def put_again(self, record: Record) -> None:
        """There are other keys, which may prove what arrived last."""
        if self._unproven is not None:
            self.put(self._unproven, record)

    def first(self) -> Optional[Order]:
        """The order to obey now, which stays until it is done(); None lets a step begin that nothing has to stop."""
        with self._changed:
            if self._orders:
                return self._orders[0]
            if not self._closed:
                self.interrupt.clear()
            return None

    def done(self) -> None:
        """The first order is obeyed."""
        self._orders.popleft()

    def wait(self) -> None:
        """Wait for an order, or the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._orders or self._closed)

    def close(self) -> None:
        """The end: whatever waits or works stops."""
        with self._changed:
            self._closed = True
            self.interrupt.set()
            self._changed.notify_all()

    def judged(self, record: Record, order: Order) -> Tuple[Record, str]:
        """The record that has heard the order, and why the order is passed over, which is logged."""
        heard, why_not = record.judged(order, self._keyring.trust, self._now())
        if why_not:
            rollout = order.desired.rollout if order.desired else ""
            log.info("The desired state of rollout %s is passed over: %s.", rollout, why_not)
        return heard, why_not

    def trusted(self, record: Record) -> Optional[Trusted]:
        """What the device reports of its keys and its order."""
        return record.trusted(self._keyring.trust, self._now(), self._refusal)

    def _read(self, payload: bytes) -> Optional[Order]:
        try:
            order = read_order(payload, self._device, self._keyring.trust)
        except UntrustedError as error:
            if str(error) != self._refusal:
                log.error("The desired state is passed over. %s", error)
            self._unproven, self._refusal = payload, str(error)
            self._want_keys()
            return None
        except MessageError as error:
            log.error("The desired state is passed over. %s", error)
            return None
        self._unproven, self._refusal = None, ""
        return order

    def _queue(self, order: Order, record: Record) -> None:
        heard, why_not = self.judged(record, order)
        if why_not and not self._orders and heard is record:
            return
        with self._changed:
            self._orders.append(order)
            if not why_not:
                self.interrupt.set()
            self._changed.notify_all()
