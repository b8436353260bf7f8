import logging
from threading import Event

import pytest
from controller_messages import DEVICE, EPOCH, an_event, delivered, no_peers, raw
from fakes_controller import FakeBroker
from fer_controller.broker.client import AT_ONCE
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError, BrokerRefused, StoreUnavailable
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.subscriber import Subscriber
from fer_controller.ingest.writer import Ingest
from fer_controller.settings import BrokerSettings, IngestSettings
from fer_controller.store.ingest.memory import MemoryStore
from fer_controller.store.ingest.records import Batch, Written
from fer_wire import Ack, Topics, parse

QUICK = IngestSettings(ack_interval_ms=0, batch_max=10, retry_max_s=0.01)
SOON = BrokerSettings(reconnect_max_s=0.01)


class StubbornStore(MemoryStore):
    """Refuses the first writes."""

    def __init__(self, refusals: int) -> None:
        super().__init__()
        self.refusals = refusals
        self.tries = 0

    def write(self, batch: Batch) -> Written:
        self.tries += 1
        if self.tries <= self.refusals:
            raise StoreUnavailable("fleet.db is locked by another process.")
        return super().write(batch)


def subscriber(broker: FakeBroker, store: MemoryStore) -> Subscriber:
    streams = Streams(store.events.streams(), store.events.seqs_above, 100)
    peers = no_peers()
    ingest = Ingest(store, Topics(), streams, Fleet(store.devices.all()), peers)
    return Subscriber(broker, ingest, streams, Topics(), peers, SOON, QUICK)  # type: ignore[arg-type]


def run_until_empty(broker: FakeBroker, store: MemoryStore) -> None:
    stop = Event()
    broker.on_empty = stop.set
    subscriber(broker, store).run(stop)


def acks(broker: FakeBroker) -> list[int]:
    return [parse(Ack, payload).seq for topic, payload in broker.published if topic == f"fer/v1/{DEVICE}/ack"]


def messages(*seqs: int) -> list[Delivery]:
    return [delivered(an_event(seq), mid=seq) for seq in seqs]


def test_a_message_is_acknowledged_after_it_was_stored_and_the_device_is_told() -> None:
    broker, store = FakeBroker(*messages(1, 2, 3)), MemoryStore()
    run_until_empty(broker, store)
    assert broker.acknowledged == messages(1, 2, 3)
    assert store.events.last_event_id() == 3
    assert acks(broker)[-1] == 3


def test_nothing_is_acknowledged_while_the_store_cannot_be_written(caplog: pytest.LogCaptureFixture) -> None:
    broker, store = FakeBroker(*messages(1)), StubbornStore(refusals=2)
    stop = Event()

    def end_when_stored() -> None:
        if store.events.last_event_id():
            stop.set()
        else:
            assert broker.acknowledged == []

    broker.on_empty = end_when_stored
    with caplog.at_level(logging.INFO):
        subscriber(broker, store).run(stop)
    assert (store.tries, broker.acknowledged) == (3, messages(1))
    assert caplog.text.count("is locked by another process") == 1
    assert "can be written again" in caplog.text


def test_when_stopped_before_the_store_can_be_written_nothing_is_acknowledged() -> None:
    broker, store = FakeBroker(*messages(1)), StubbornStore(refusals=10**6)
    run_until_empty(broker, store)
    assert broker.acknowledged == []
    assert acks(broker) == []


def test_the_broker_is_still_heard_while_the_store_cannot_be_written() -> None:
    broker, store = FakeBroker(*messages(1, 2, 3)), StubbornStore(refusals=2)
    stop = Event()

    def end_when_stored() -> None:
        if store.events.last_event_id() == 3:
            stop.set()

    broker.on_empty = end_when_stored
    subscriber(broker, store).run(stop)
    assert broker.acknowledged == messages(1, 2, 3)


def test_a_lost_connection_is_made_again_and_acks_are_said_again(caplog: pytest.LogCaptureFixture) -> None:
    broker, store = FakeBroker(*messages(1), BrokerError("The connection is lost."), *messages(2)), MemoryStore()
    with caplog.at_level(logging.WARNING):
        run_until_empty(broker, store)
    assert broker.connections == 2
    assert store.events.last_event_id() == 2
    assert acks(broker)[-1] == 2
    assert [record.getMessage() for record in caplog.records] == [
        "The connection is lost. Trying again until it works."
    ]


def test_an_outage_is_told_once_however_long_it_is(caplog: pytest.LogCaptureFixture) -> None:
    broker = FakeBroker(*messages(1))
    broker.refusals = [BrokerError("The broker cannot be reached.") for _ in range(5)]
    with caplog.at_level(logging.WARNING):
        run_until_empty(broker, MemoryStore())
    assert broker.connections == 6
    assert len(caplog.records) == 1


def test_wrong_credentials_at_the_start_end_it_after_a_few_tries() -> None:
    broker = FakeBroker()
    broker.refusals = [BrokerRefused("The broker refuses us.") for _ in range(9)]
    with pytest.raises(BrokerRefused, match="The broker refuses us"):
        run_until_empty(broker, MemoryStore())
    assert broker.connections == 3


def test_wrong_credentials_later_are_tried_again() -> None:
    broker = FakeBroker(*messages(1), BrokerError("lost"), *messages(2))
    store = MemoryStore()
    connect = broker.connect

    def connect_and_then_refuse() -> None:
        connect()
        broker.refusals = [] if broker.connections > 1 else [BrokerRefused("refused") for _ in range(4)]

    broker.connect = connect_and_then_refuse  # type: ignore[method-assign]
    run_until_empty(broker, store)
    assert store.events.last_event_id() == 2


def test_a_message_that_cannot_be_read_is_acknowledged_too() -> None:
    poison = raw("fer/v1/nano-01/status", b"?", mid=9)
    broker = FakeBroker(poison)
    run_until_empty(broker, MemoryStore())
    assert broker.acknowledged == [poison]


def test_an_event_that_comes_again_makes_its_ack_said_again() -> None:
    store = MemoryStore()
    run_until_empty(FakeBroker(*messages(1, 2)), store)
    broker = FakeBroker(*messages(1))
    run_until_empty(broker, store)
    assert acks(broker)[-1] == 2


def test_an_event_of_an_earlier_epoch_is_acked_with_that_epoch() -> None:
    store = MemoryStore()
    run_until_empty(FakeBroker(*messages(1), delivered(an_event(1, epoch="epoch-b"))), store)
    broker = FakeBroker(delivered(an_event(2)))
    run_until_empty(broker, store)
    said = [parse(Ack, payload) for _, payload in broker.published]
    assert {(ack.epoch, ack.seq) for ack in said} == {("epoch-b", 1), (EPOCH, 2)}
    assert said[-1].epoch == "epoch-b"


def test_while_the_broker_does_not_confirm_acks_none_is_added_and_messages_are_still_stored() -> None:
    broker, store = FakeBroker(*messages(1, 2, 3)), MemoryStore()
    broker.room = 0
    stop = Event()

    def go_on() -> None:
        if acks(broker):
            stop.set()
        elif store.events.last_event_id() == 3:
            broker.room = AT_ONCE

    broker.on_empty = go_on
    subscriber(broker, store).run(stop)
    assert acks(broker) == [3], "one ack for all that came meanwhile"
