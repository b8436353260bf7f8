import itertools
import time
from pathlib import Path
from typing import Callable, Iterator, List, Optional, Tuple

import pytest
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.settings import SpoolSettings
from fer_wire import Ack, EmotionEvent, Topics, parse
from unit.agent.observations import observation

LOOKS_OF_TWO_ROUNDS = 4
"""Before it sends and before it rests, in each round."""


class FakeLink:
    """A broker link in memory: it remembers what was published and acknowledges when told."""

    def __init__(self) -> None:
        self.sent: List[Tuple[int, EmotionEvent]] = []
        self.up = True
        self.refused = self.looks = 0
        self._receive_maximum = 65_535
        self._ids = itertools.count(1)

    @property
    def receive_maximum(self) -> int:
        """The publisher asks for it each time it looks whether something is to be sent."""
        self.looks += 1
        return self._receive_maximum

    @receive_maximum.setter
    def receive_maximum(self, messages: int) -> None:
        self._receive_maximum = messages

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> Optional[int]:
        assert qos == 1
        event = parse(EmotionEvent, payload)
        assert topic == Topics().emotion(event.device, event.camera)
        if not self.up:
            self.refused += 1
            return None
        self.sent.append((next(self._ids), event))
        return self.sent[-1][0]

    def seqs(self) -> List[int]:
        return [event.seq for _, event in self.sent]

    def is_looked_at_again(self) -> None:
        """Wait until the publisher has once more gone through all that it could send now."""
        looks = self.looks
        until(lambda: self.looks >= looks + LOOKS_OF_TWO_ROUNDS)


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "this did not come about in 5 s"
        time.sleep(0.005)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.db", "nano-01", 10_000_000)
    yield spool
    spool.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(spool: Spool, clock: Clock) -> Iterator[Callable[..., Publisher]]:
    made: List[Publisher] = []

    def publisher(**settings: object) -> Publisher:
        made.append(Publisher(spool, Topics(), SpoolSettings.model_validate(settings), clock))
        made[-1].start()
        return made[-1]

    yield publisher
    for one in made:
        one.stop()


def ack(spool: Spool, seq: int) -> Ack:
    return Ack(device="nano-01", epoch=spool.epoch, seq=seq)


def test_what_was_spooled_before_the_link_came_up_is_sent_in_order(
    spool: Spool, make: Callable[..., Publisher]
) -> None:
    spool.append([observation() for _ in range(5)])
    link, publisher = FakeLink(), make()
    publisher.attach(link)
    until(lambda: link.seqs() == [1, 2, 3, 4, 5])


def test_events_stay_in_the_spool_until_a_controller_has_stored_them(
    spool: Spool, make: Callable[..., Publisher]
) -> None:
    spool.append([observation() for _ in range(3)])
    link, publisher = FakeLink(), make()
    publisher.attach(link)
    until(lambda: len(link.sent) == 3)
    for message_id, _ in link.sent:
        publisher.delivered(message_id)
    assert spool.statistics().pending_events == 3
    publisher.acknowledged(ack(spool, 2))
    assert [event.seq for event in spool.pending(0, 10)] == [3]


def test_without_a_controller_the_brokers_word_is_enough(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(3)])
    link, publisher = FakeLink(), make(delete_on="puback")
    publisher.attach(link)
    until(lambda: len(link.sent) == 3)
    publisher.delivered(link.sent[1][0])
    until(lambda: spool.statistics().pending_events == 2)
    assert [event.seq for event in spool.pending(0, 10)] == [1, 3]


def test_after_a_reconnect_everything_above_the_ack_is_sent_again(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(4)])
    link, publisher = FakeLink(), make()
    publisher.attach(link)
    until(lambda: len(link.sent) == 4)
    publisher.acknowledged(ack(spool, 2))
    publisher.detach()
    spool.append([observation()])
    again = FakeLink()
    publisher.attach(again)
    until(lambda: again.seqs() == [3, 4, 5])


def test_no_more_than_the_window_is_on_its_way(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(10)])
    link, publisher = FakeLink(), make(window=3)
    publisher.attach(link)
    until(lambda: len(link.sent) == 3)
    link.is_looked_at_again()
    assert link.seqs() == [1, 2, 3]
    publisher.delivered(link.sent[0][0])
    until(lambda: link.seqs() == [1, 2, 3, 4])


def test_the_brokers_receive_maximum_narrows_the_window(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(5)])
    link, publisher = FakeLink(), make(window=3)
    link.receive_maximum = 1
    publisher.attach(link)
    until(lambda: len(link.sent) == 1)
    link.is_looked_at_again()
    assert link.seqs() == [1]


def test_an_ack_that_stands_still_makes_the_oldest_go_again_and_all_the_rest_once_it_moves(
    spool: Spool, make: Callable[..., Publisher], clock: Clock
) -> None:
    spool.append([observation() for _ in range(6)])
    link, publisher = FakeLink(), make(window=3, resend_after_s=60)
    publisher.attach(link)
    for sent in range(6):
        until(lambda sent=sent: len(link.sent) > sent)  # type: ignore[misc]
        publisher.delivered(link.sent[sent][0])
    clock.now += 61
    until(lambda: link.seqs() == [1, 2, 3, 4, 5, 6, 1, 2, 3])
    for message_id, _ in link.sent[6:]:
        publisher.delivered(message_id)
    publisher.acknowledged(ack(spool, 3))
    until(lambda: link.seqs()[9:] == [4, 5, 6])


def test_while_nobody_acknowledges_the_pauses_between_resends_grow(
    spool: Spool, make: Callable[..., Publisher], clock: Clock
) -> None:
    spool.append([observation()])
    link, publisher = FakeLink(), make(resend_after_s=60)
    publisher.attach(link)
    until(lambda: len(link.sent) == 1)
    clock.now += 61
    until(lambda: len(link.sent) == 2)
    clock.now += 61
    link.is_looked_at_again()
    assert len(link.sent) == 2
    clock.now += 60
    until(lambda: len(link.sent) == 3)


def test_a_send_that_fails_is_tried_again_from_the_same_event(spool: Spool, make: Callable[..., Publisher]) -> None:
    link, publisher = FakeLink(), make()
    link.up = False
    spool.append([observation() for _ in range(2)])
    publisher.attach(link)
    until(lambda: link.refused > 1)
    link.up = True
    until(lambda: link.seqs() == [1, 2])


def test_flush_waits_for_the_acks_and_says_what_is_left(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(2)])
    link, publisher = FakeLink(), make()
    publisher.attach(link)
    assert publisher.flush(0.0) == 2
    publisher.acknowledged(ack(spool, 2))
    assert publisher.flush(1.0) == 0


@pytest.mark.parametrize("delete_on", ["ack", "puback"])
def test_an_event_that_the_broker_refuses_stays_and_is_sent_again_later(
    spool: Spool, make: Callable[..., Publisher], clock: Clock, delete_on: str, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([observation() for _ in range(2)])
    link, publisher = FakeLink(), make(delete_on=delete_on, resend_after_s=60)
    publisher.attach(link)
    until(lambda: len(link.sent) == 2)
    for message_id, _ in list(link.sent):
        publisher.refused(message_id, "Not authorized")
    assert spool.statistics().pending_events == 2
    topic = Topics().emotion("nano-01", link.sent[0][1].camera)
    assert publisher.refusal == f"The broker takes no events on {topic} (Not authorized); check its ACL."
    assert [record.getMessage() for record in caplog.records if "takes no events" in record.getMessage()] == [
        f"{publisher.refusal} They stay in the spool."
    ]
    clock.now += 61
    until(lambda: link.seqs() == [1, 2, 1, 2])


def test_once_the_broker_takes_an_event_again_the_others_follow(spool: Spool, make: Callable[..., Publisher]) -> None:
    spool.append([observation() for _ in range(3)])
    link, publisher = FakeLink(), make(delete_on="puback", window=1, resend_after_s=60)
    publisher.attach(link)
    until(lambda: len(link.sent) == 1)
    publisher.refused(link.sent[0][0], "Quota exceeded")
    until(lambda: len(link.sent) == 2)
    publisher.delivered(link.sent[1][0])
    assert publisher.refusal == ""
    until(lambda: link.seqs()[:3] == [1, 2, 1])
    for _ in range(2):
        publisher.delivered(link.sent[-1][0])
        until(lambda: len(link.sent) == 4 or not spool.statistics().pending_events)
    publisher.delivered(link.sent[-1][0])
    until(lambda: spool.statistics().pending_events == 0)


def test_a_camera_that_is_refused_keeps_its_events_and_holds_up_no_other(
    spool: Spool, make: Callable[..., Publisher]
) -> None:
    spool.append([observation(camera=camera) for camera in ("yard", "door", "door")])
    link, publisher = FakeLink(), make(delete_on="puback")
    publisher.attach(link)
    until(lambda: len(link.sent) == 3)
    for message_id, event in list(link.sent):
        if event.camera == "yard":
            publisher.refused(message_id, "Not authorized")
        else:
            publisher.delivered(message_id)
    link.is_looked_at_again()
    assert link.seqs() == [1, 2, 3]
    assert spool.statistics().pending_events == 1
    assert "/emotion/yard (Not authorized)" in publisher.refusal
