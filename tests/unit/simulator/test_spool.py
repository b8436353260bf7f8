"""The events of a simulated device that wait, and which of them are sent when."""

from datetime import UTC, datetime

from fer_simulator.devices.spool import LONGEST_RESEND_S, RESEND_AFTER_S, WINDOW, Outbox, Seen, Spool
from fer_wire import Ack
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

SEEN = Seen(datetime(2026, 1, 31, tzinfo=UTC), 1, "start", "happy", 0.8, "light@1/fp16", uncertain=False)
MANY = 65_535


def filled(count: int, events_max: int = 1000) -> Spool:
    spool = Spool(events_max)
    for _ in range(count):
        spool.append(SEEN)
    return spool


def ack(spool: Spool, seq: int) -> Ack:
    return Ack(device="sim-0001", epoch=spool.epoch, seq=seq)


def seqs(outbox: Outbox, now: float = 0.0, room: int = MANY) -> list[int]:
    """Take what is due, and note it as sent."""
    due = [seq for seq, _ in outbox.due(now, room)]
    for seq in due:
        outbox.sent(10_000 + seq, seq)
    return due


def test_an_ack_lets_go_all_up_to_its_seq_and_no_other_epochs() -> None:
    spool = filled(5)
    spool.acknowledge("another", 5)
    assert (len(spool), spool.oldest_seq) == (5, 1)
    spool.acknowledge(spool.epoch, 3)
    spool.acknowledge(spool.epoch, 2)
    assert [seq for seq, _ in spool.pending(0, 10)] == [4, 5]
    spool.acknowledge(spool.epoch, 99)
    assert (len(spool), spool.oldest_seq, spool.acked_seq) == (0, 6, 5)


def test_a_full_spool_drops_the_oldest_and_counts_them() -> None:
    spool = filled(7, events_max=5)
    assert (spool.dropped, spool.oldest_seq, spool.last_seq) == (2, 3, 7)


def test_each_event_is_sent_once_a_connection_and_all_again_after_the_next() -> None:
    outbox = Outbox(filled(3))
    outbox.attach(0.0)
    assert seqs(outbox) == [1, 2, 3]
    assert seqs(outbox) == []
    outbox.attach(1.0)
    assert seqs(outbox) == [1, 2, 3]


def test_no_more_is_on_its_way_than_the_window_or_the_broker_allows() -> None:
    outbox = Outbox(filled(WINDOW + 50))
    outbox.attach(0.0)
    assert len(seqs(outbox, room=10)) == 10
    assert seqs(outbox, room=10) == []
    outbox.delivered(10_001)
    assert seqs(outbox, room=10) == [11]
    assert len(seqs(outbox)) == WINDOW - 10


def test_when_the_ack_stands_still_the_oldest_window_is_sent_again_at_growing_intervals() -> None:
    spool = filled(WINDOW + 20)
    outbox = Outbox(spool)
    outbox.attach(0.0)
    for _ in range(2):
        for seq in seqs(outbox):
            outbox.delivered(10_000 + seq)
    assert seqs(outbox, now=RESEND_AFTER_S - 1) == []
    again = seqs(outbox, now=RESEND_AFTER_S)
    assert again == list(range(1, WINDOW + 1))
    for seq in again:
        outbox.delivered(10_000 + seq)
    assert seqs(outbox, now=2.5 * RESEND_AFTER_S) == []
    assert seqs(outbox, now=3 * RESEND_AFTER_S) == list(range(1, WINDOW + 1))


def test_the_rest_follows_when_the_ack_has_passed_what_was_sent_again() -> None:
    spool = filled(WINDOW + 20)
    outbox = Outbox(spool)
    outbox.attach(0.0)
    for _ in range(2):
        for seq in seqs(outbox):
            outbox.delivered(10_000 + seq)
    for seq in seqs(outbox, now=RESEND_AFTER_S):
        outbox.delivered(10_000 + seq)
    outbox.acknowledged(ack(spool, WINDOW), RESEND_AFTER_S + 1)
    assert seqs(outbox, now=RESEND_AFTER_S + 1) == list(range(WINDOW + 1, WINDOW + 21))


def test_an_idle_device_does_not_think_that_its_ack_stands_still() -> None:
    spool = filled(1)
    outbox = Outbox(spool)
    outbox.attach(0.0)
    seqs(outbox)
    outbox.acknowledged(ack(spool, 1), 1.0)
    assert seqs(outbox, now=LONGEST_RESEND_S) == []
    spool.append(SEEN)
    assert seqs(outbox, now=LONGEST_RESEND_S) == [2]
    assert seqs(outbox, now=LONGEST_RESEND_S + 1) == []


class Delivery(RuleBasedStateMachine):
    """Whatever connection, broker and controller do, each event is stored in the end, and what is let go is stored."""

    def __init__(self) -> None:
        super().__init__()
        self.spool, self.now = Spool(), 0.0
        self.outbox = Outbox(self.spool)
        self.outbox.attach(0.0)
        self.broker: list[tuple[int, int]] = []
        self.stored: set[int] = set()
        self.ids = 0

    @rule(count=st.integers(1, 50))
    def see(self, count: int) -> None:
        for _ in range(count):
            self.spool.append(SEEN)

    @rule(room=st.integers(1, 300))
    def send(self, room: int) -> None:
        for seq, _ in self.outbox.due(self.now, room):
            self.ids += 1
            self.outbox.sent(self.ids, seq)
            self.broker.append((self.ids, seq))

    @rule(count=st.integers(1, 100), lost=st.booleans())
    def deliver(self, count: int, lost: bool) -> None:
        for number, seq in self.broker[:count]:
            self.outbox.delivered(number)
            if not lost:
                self.stored.add(seq)
        del self.broker[:count]

    @rule()
    def acknowledge(self) -> None:
        self.outbox.acknowledged(ack(self.spool, self.contiguous()), self.now)

    @rule()
    def reconnect(self) -> None:
        self.broker.clear()
        self.outbox.attach(self.now)

    @rule(seconds=st.floats(1, 200))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def nothing_is_let_go_before_it_is_stored(self) -> None:
        assert self.spool.acked_seq <= self.contiguous()

    def teardown(self) -> None:
        for _ in range(100):
            self.wait(LONGEST_RESEND_S)
            self.send(MANY)
            self.deliver(MANY, lost=False)
            self.acknowledge()
        assert len(self.spool) == 0
        assert self.stored == set(range(1, self.spool.last_seq + 1))

    def contiguous(self) -> int:
        seq = 0
        while seq + 1 in self.stored:
            seq += 1
        return seq


TestDelivery = Delivery.TestCase
