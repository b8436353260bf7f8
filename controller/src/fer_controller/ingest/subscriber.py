"""The one loop: messages in, one transaction, acknowledgements out."""

import logging
import random
import time
from collections.abc import Callable
from threading import Event

from fer_wire import Topics

from fer_controller.broker.client import Broker
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError, BrokerRefused, StoreUnavailable
from fer_controller.ingest.acks import Acks
from fer_controller.ingest.peers import Peers
from fer_controller.ingest.streams import Acknowledged
from fer_controller.ingest.writer import Ingest, moved
from fer_controller.settings import BrokerSettings, IngestSettings
from fer_controller.store.ingest.records import Batch, Written

WAIT_S = 0.5
FIRST_PAUSE_S = 0.2
REFUSALS_AT_START = 3
GOODBYE_S = 2.0

log = logging.getLogger(__name__)


class Subscriber:
    """Runs until stopped; acknowledges a message to the broker only after its batch was committed."""

    def __init__(
        self,
        broker: Broker,
        ingest: Ingest,
        streams: Acknowledged,
        topics: Topics,
        peers: Peers,
        broker_settings: BrokerSettings,
        ingest_settings: IngestSettings,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._broker = broker
        self._ingest = ingest
        self._streams = streams
        self._topics = topics
        self._peers = peers
        self._broker_settings = broker_settings
        self._settings = ingest_settings
        self._acks = Acks(ingest_settings.ack_interval_ms / 1000, streams.ack)
        self._beat = beat
        self._was_connected = False

    def run(self, stop: Event) -> None:
        """Serve until stop is set; raises BrokerRefused when the broker refuses the first connections."""
        told = False
        while not stop.is_set():
            self._connect(stop, told=told)
            try:
                while not stop.is_set():
                    self._round(stop)
            except BrokerError as error:
                log.warning("%s Trying again until it works.", error)
                told = True
                self._store_what_came(stop)
        self._finish()

    def _connect(self, stop: Event, *, told: bool) -> None:
        pause_s, refusals = FIRST_PAUSE_S, 0
        while not stop.is_set():
            try:
                self._broker.connect()
            except BrokerError as error:
                refusals += isinstance(error, BrokerRefused)
                if refusals == REFUSALS_AT_START and not self._was_connected:
                    raise
                if not told:
                    log.warning("%s Trying again until it works.", error)
                    told = True
                self._pause(stop, random.uniform(pause_s / 2, pause_s))  # noqa: S311 - jitter
                pause_s = min(pause_s * 2, self._broker_settings.reconnect_max_s)
            else:
                self._was_connected = True
                self._peers.connected()
                self._streams.refresh()
                self._acks.send_again(self._streams.newest())
                return

    def _round(self, stop: Event) -> None:
        self._beat()
        self._fill(self._acks.next_s(time.monotonic(), WAIT_S) if self._broker.room > 0 else WAIT_S)
        deliveries = self._broker.collect(self._settings.batch_max)
        if deliveries and self._store(deliveries, stop):
            self._broker.acknowledge(deliveries)
        self._send_acks()
        if greetings := self._peers.take_messages():
            self._broker.tell(greetings)

    def _fill(self, wait_s: float) -> None:
        """Wait for messages until the batch is full or old enough, or no more arrive for a moment."""
        most, idle_s = self._settings.batch_max, self._settings.batch_idle_ms / 1000
        self._broker.pump(0 if self._broker.waiting else wait_s, most)
        until_s = time.monotonic() + self._settings.batch_age_ms / 1000
        before = 0
        while before < self._broker.waiting < most and time.monotonic() < until_s:
            before = self._broker.waiting
            self._broker.pump(idle_s, most)

    def _store(self, deliveries: list[Delivery], stop: Event) -> bool:
        written = self._written(self._ingest.read(deliveries), stop)
        if written is None:
            return False
        self._acks.moved(moved(written))
        return True

    def _written(self, batch: Batch, stop: Event) -> Written | None:
        """Try until the batch is written; None when stopped before that, and then nothing is acknowledged."""
        pause_s, told = FIRST_PAUSE_S, False
        while True:
            try:
                written = self._ingest.write(batch)
            except StoreUnavailable as error:
                if not told:
                    log.warning(
                        "%s Nothing is lost: messages wait at the broker until the database can be written.", error
                    )
                    told = True
                if stop.is_set():
                    return None
                self._wait_with_broker(stop, pause_s)
                pause_s = min(pause_s * 2, self._settings.retry_max_s)
            else:
                if told:
                    log.info("The database can be written again.")
                return written

    def _wait_with_broker(self, stop: Event, pause_s: float) -> None:
        """Wait, but answer the broker so that it keeps the connection; its window bounds what it sends."""
        until_s = time.monotonic() + pause_s
        while (left_s := until_s - time.monotonic()) > 0 and not stop.is_set():
            self._beat()
            try:
                self._broker.pump(min(left_s, 0.1), 2 * self._broker_settings.receive_maximum)
            except BrokerError:
                self._pause(stop, left_s)

    def _store_what_came(self, stop: Event) -> None:
        """After the connection broke, store the messages that arrived; the broker will send them again."""
        while deliveries := self._broker.collect(self._settings.batch_max):
            self._store(deliveries, stop)

    def _send_acks(self) -> None:
        acks = self._acks.take(time.monotonic(), self._streams.newest_of, self._broker.room)
        if acks:
            self._broker.publish((self._topics.ack(ack.device), ack.payload()) for ack in acks)

    def _finish(self) -> None:
        try:
            if self._broker.connected:
                self._acks.send_again(self._acks.waiting())
                self._send_last_acks(time.monotonic() + GOODBYE_S)
                self._broker.settle(GOODBYE_S)
        except BrokerError as error:
            log.info("%s The acks will be sent at the next start.", error)
        self._broker.close()

    def _send_last_acks(self, until_s: float) -> None:
        self._send_acks()
        while self._acks.waiting() and time.monotonic() < until_s:
            self._broker.pump(0.05, self._broker.waiting)
            self._send_acks()

    def _pause(self, stop: Event, pause_s: float) -> None:
        until_s = time.monotonic() + pause_s
        while (left_s := until_s - time.monotonic()) > 0 and not stop.wait(min(left_s, WAIT_S)):
            self._beat()
