from fer_controller.ingest.acks import Acks
from fer_controller.ingest.streams import Key
from fer_wire import Ack

A, B = ("nano-01", "e2"), ("nano-02", "e1")
EARLIER = ("nano-01", "e1")
MANY = 100


class Seqs:
    """Up to where each stream is stored."""

    def __init__(self) -> None:
        self.of: dict[Key, int] = {A: 0, B: 0, EARLIER: 0}

    def ack(self, key: Key) -> Ack:
        return Ack(device=key[0], epoch=key[1], seq=self.of[key])


def newest(device: str) -> Key:
    return (device, "e2") if device == "nano-01" else (device, "e1")


def test_the_first_ack_is_said_at_once_and_the_next_when_the_interval_is_over() -> None:
    seqs = Seqs()
    acks = Acks(0.25, seqs.ack)
    acks.moved([A])
    assert [ack.seq for ack in acks.take(10.0, newest, MANY)] == [0]
    seqs.of[A] = 7
    acks.moved([A])
    assert acks.take(10.1, newest, MANY) == []
    assert [ack.seq for ack in acks.take(10.25, newest, MANY)] == [7]


def test_the_last_word_is_never_forgotten_and_said_once() -> None:
    acks = Acks(0.2, Seqs().ack)
    acks.moved([A])
    acks.take(10.0, newest, MANY)
    acks.moved([A])
    acks.moved([A])
    assert acks.waiting() == [A]
    assert len(acks.take(11.0, newest, MANY)) == 1
    assert acks.take(12.0, newest, MANY) == []


def test_one_device_does_not_hold_up_another() -> None:
    acks = Acks(0.2, Seqs().ack)
    acks.moved([A])
    acks.take(10.0, newest, MANY)
    acks.moved([A, B])
    assert [ack.device for ack in acks.take(10.05, newest, MANY)] == ["nano-02"]


def test_the_newest_epoch_is_said_last_so_that_it_is_retained() -> None:
    acks = Acks(0.2, Seqs().ack)
    acks.moved([A, EARLIER])
    assert [ack.epoch for ack in acks.take(10.0, newest, MANY)] == ["e1", "e2"]


def test_an_ack_of_an_earlier_epoch_is_followed_by_the_newest_in_any_case() -> None:
    acks = Acks(0.25, Seqs().ack)
    acks.moved([A])
    acks.take(10.0, newest, MANY)
    acks.moved([EARLIER])
    assert [ack.epoch for ack in acks.take(10.0, newest, MANY)] == ["e1", "e2"]
    assert acks.waiting() == []


def test_after_a_reconnect_acks_are_said_again_without_waiting() -> None:
    acks = Acks(0.2, Seqs().ack)
    acks.moved([A])
    acks.take(10.0, newest, MANY)
    acks.send_again([A, B])
    assert len(acks.take(10.01, newest, MANY)) == 2


def test_the_wait_ends_when_the_next_ack_falls_due() -> None:
    acks = Acks(0.2, Seqs().ack)
    assert acks.next_s(10.0, 0.5) == 0.5
    acks.moved([A])
    acks.take(10.0, newest, MANY)
    acks.moved([A])
    assert round(acks.next_s(10.05, 0.5), 6) == 0.15
    assert acks.next_s(11.0, 0.5) == 0.0


def test_what_there_is_no_room_for_waits_and_then_says_what_is_stored_by_then() -> None:
    seqs = Seqs()
    acks = Acks(0.2, seqs.ack)
    acks.moved([A, B])
    assert acks.take(10.0, newest, 0) == []
    assert [ack.device for ack in acks.take(10.0, newest, 1)] == ["nano-01"]
    seqs.of[B] = 7
    acks.moved([A])
    assert [(ack.device, ack.seq) for ack in acks.take(10.3, newest, 1)] == [("nano-02", 7)], "who waited longest first"
    assert acks.waiting() == [A]
