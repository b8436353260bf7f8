"""From messages to one durable transaction."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from fer_wire import MessageError, Reply, Reported, Status, Telemetry, Topic, Topics, WireError, parse
from fer_wire.message import iso_utc, parse_possible
from fer_wire.topics import CONTROLLER, EMOTION, QUESTION, REPLY, REPORTED, STATUS, TELEMETRY

from fer_controller.broker.delivery import Delivery
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.events import EventReader
from fer_controller.ingest.newcomers import Newcomers
from fer_controller.ingest.peers import Peers
from fer_controller.ingest.quotas import Quotas
from fer_controller.ingest.revoked import Revoked
from fer_controller.ingest.streams import Acknowledged, Key
from fer_controller.ingest.telling import Losses, Unreadable
from fer_controller.settings import IngestSettings
from fer_controller.store.contract import Store
from fer_controller.store.dead_letters.records import DEAD_LETTER_BYTES, DeadLetter
from fer_controller.store.events.records import new_event
from fer_controller.store.ingest.records import Batch, Written

RETAINED = (STATUS, REPORTED)
DIVIDED = (EMOTION, TELEMETRY, REPLY)
"""What one of several controllers may take for all. Each hears every status and report, for which it needs all that
went before, and a broker gives what it retains to no shared subscription (MQTT 5.0, 4.8.2)."""
CHANNELS = (*DIVIDED, *RETAINED, CONTROLLER)
TOPICS_REMEMBERED = 65_536
REASON_CHARACTERS = 500
TOPIC_CHARACTERS = 500


class Ingest:
    """Reads messages, and writes their content in one transaction per batch."""

    def __init__(
        self,
        store: Store,
        topics: Topics,
        streams: Acknowledged,
        fleet: Fleet,
        peers: Peers,
        clock: Callable[[], datetime] | None = None,
        *,
        revoked: Revoked | None = None,
        quotas: Quotas | None = None,
        newcomers: Newcomers | None = None,
    ) -> None:
        self._store = store
        self._streams = streams
        self._fleet = fleet
        self._peers = peers
        self._revoked = revoked or Revoked(frozenset)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._topic = lru_cache(TOPICS_REMEMBERED)(topics.parse)
        self._quotas = quotas or Quotas(IngestSettings())
        self._newcomers = newcomers or Newcomers()
        self._reader = EventReader()
        self._losses, self._unreadable = Losses(), Unreadable()
        self._routes = {
            EMOTION: self._emotion,
            STATUS: self._status,
            TELEMETRY: self._telemetry,
            REPORTED: self._reported,
            REPLY: self._reply,
            CONTROLLER: self._controller,
        }

    def read(self, deliveries: Sequence[Delivery]) -> Batch:
        """What the messages contain; unreadable ones become dead letters."""
        batch = Batch(iso_utc(self._clock()))
        heard: set[str] = set()
        self._revoked.refresh()
        revoked = self._revoked.names
        for delivery in deliveries:
            topic = None
            try:
                topic = self._topic(delivery.topic)
                if topic.device in revoked:
                    self._refuse(topic.device, delivery, batch)
                    continue
                if delivery.payload == QUESTION:
                    continue
                if not delivery.payload and topic.channel in RETAINED:
                    continue  # Somebody deleted what the broker retained; that says nothing of the device.
                if topic.channel != CONTROLLER and not self._fleet.knows(topic.device):
                    self._newcomers.expect(topic.device)
                    self._quotas.expect_room(topic.device, self._fleet.size)
                self._routes[topic.channel](topic, delivery, batch, heard)
            except WireError as error:
                self._set_aside(delivery, error, batch, topic.device if topic else "")
        for device in heard:
            self._fleet.heard(device, batch.received_at)
        batch.streams, batch.gaps = self._streams.take_changes(batch.received_at)
        batch.changes_of_devices = self._fleet.changes()
        batch.devices = self._fleet.take_changes()
        return batch

    def write(self, batch: Batch) -> Written:
        """Store the batch durably; after StoreUnavailable the same batch must be written again."""
        written = self._store.write(batch)
        self._streams.settle(written.streams)
        self._fleet.settle(written.devices)
        now = self._clock()
        self._losses.tell(written.gaps, now)
        self._unreadable.tell([*batch.dead_letters, *written.conflicts], now, batch.letters_left_out)
        return written

    def _refuse(self, device: str, delivery: Delivery, batch: Batch) -> None:
        if delivery.payload and not delivery.retained and (why := self._revoked.refuse(device)):
            self._set_aside(delivery, why, batch, device)

    def _set_aside(self, delivery: Delivery, error: Exception, batch: Batch, device: str) -> None:
        if self._quotas.takes_letter(device, day_of(batch)):
            batch.dead_letters.append(_dead_letter(delivery, error, batch.received_at))
        else:
            batch.letters_left_out += 1

    def _emotion(self, topic: Topic, delivery: Delivery, batch: Batch, heard: set[str]) -> None:
        event, said = self._reader.read(delivery.payload)
        if event.device != topic.device or event.camera != topic.camera:
            raise MessageError(
                f"EmotionEvent: it names device {event.device} and camera {event.camera}, "
                f"but arrived on the topic of {topic.device} and {topic.camera}."
            )
        if not self._streams.knows((event.device, event.epoch)):
            self._quotas.expect_epoch(event.device, day_of(batch))
        self._streams.note(event)
        believed = self._fleet.believes(event.device, said, batch.received_at)
        batch.events.append(new_event(event, said, batch.received_at, believed=believed))
        batch.oldest_seqs.append(event.oldest_seq)
        if not delivery.retained:
            heard.add(event.device)

    def _status(self, topic: Topic, delivery: Delivery, batch: Batch, heard: set[str]) -> None:
        status = parse(Status, delivery.payload)
        _same_device("Status", status.device, topic)
        if status.device in heard:  # What came before a will is no sign of life after it.
            heard.remove(status.device)
            self._fleet.heard(status.device, batch.received_at)
        self._fleet.status(status, batch.received_at, retained=delivery.retained)

    def _telemetry(self, topic: Topic, delivery: Delivery, batch: Batch, _heard: set[str]) -> None:
        telemetry = parse_possible(Telemetry, delivery.payload)
        _same_device("Telemetry", telemetry.device, topic)
        batch.telemetry.append(telemetry)
        if not delivery.retained:
            self._fleet.measured(telemetry, batch.received_at)

    def _reported(self, topic: Topic, delivery: Delivery, batch: Batch, _heard: set[str]) -> None:
        reported = parse(Reported, delivery.payload)
        _same_device("Reported", reported.device, topic)
        self._fleet.reported(reported, batch.received_at, retained=delivery.retained)

    def _reply(self, topic: Topic, delivery: Delivery, batch: Batch, heard: set[str]) -> None:
        reply = parse(Reply, delivery.payload)
        _same_device("Reply", reply.device, topic)
        if not delivery.retained:
            batch.replies.append(reply)
            heard.add(reply.device)

    def _controller(self, _topic: Topic, delivery: Delivery, _batch: Batch, _heard: set[str]) -> None:
        self._peers.heard(delivery.payload)


def filters(topics: Topics, share: str | None) -> list[str]:
    """What to subscribe to, alone or as a member of this share."""
    shared = DIVIDED if share else ()
    return [topics.shared(share or "", each) if each in shared else topics.every(each) for each in CHANNELS]


def day_of(batch: Batch) -> str:
    """On which it arrived."""
    return batch.received_at[:10]


def moved(written: Written) -> list[Key]:
    """The streams whose devices wait for an ack."""
    return [(stream.device, stream.epoch) for stream in written.streams]


def _same_device(kind: str, device: str, topic: Topic) -> None:
    if device != topic.device:
        raise MessageError(f"{kind}: it names device {device}, but arrived on the topic of {topic.device}.")


def _dead_letter(delivery: Delivery, error: Exception, at: str) -> DeadLetter:
    return DeadLetter(
        time=at,
        topic=delivery.topic[:TOPIC_CHARACTERS],
        reason=str(error)[:REASON_CHARACTERS],
        payload=delivery.payload[:DEAD_LETTER_BYTES],
        size_bytes=len(delivery.payload),
    )
