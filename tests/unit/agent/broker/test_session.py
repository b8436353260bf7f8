import threading
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

import pytest
from fer_agent.broker.listener import RetainedMessage
from fer_agent.broker.presence import Presence
from fer_agent.broker.session import Session
from fer_agent.commands.replies import Replies
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.settings import SpoolSettings
from fer_wire import Ack, Reply, Reported, Status, Telemetry, Topics, parse
from fer_wire.presence import OFFLINE, ONLINE
from fer_wire.topics import QUESTION
from unit.agent.observations import observation


class FakeLink:
    """A link in memory that remembers what was published."""

    receive_maximum = 10

    def __init__(self) -> None:
        self.published: List[Tuple[str, bytes, int, bool]] = []

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        self.published.append((topic, payload, qos, retain))
        return len(self.published)

    def statuses(self) -> List[Status]:
        return [parse(Status, payload) for topic, payload, _, _ in self.published if topic.endswith("/status")]


class AnswersAtOnce(FakeLink):
    """Answers in another thread, and goes on when the session has heard it: as paho, which holds a lock meanwhile."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self.heard = session, True

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        number = super().publish(topic, payload, qos, retain, expiry_s)
        assert number is not None
        answering = threading.Thread(target=self._session.refused, args=(number, "Not authorized"), daemon=True)
        answering.start()
        answering.join(10)
        self.heard = self.heard and not answering.is_alive()
        return number


class Parts:
    """A session with a real spool behind it and a fake link before it."""

    def __init__(self, folder: Path) -> None:
        topics = Topics()
        self.spool = Spool(folder / "spool.db", "nano-01", 1_000_000)
        self.presence = Presence("nano-01", topics)
        self.publisher = Publisher(self.spool, topics, SpoolSettings())
        self.orders: List[bytes] = []
        self.commands: List[bytes] = []
        self.replies = Replies("nano-01", topics)
        self.session = self.made()
        self.link = FakeLink()

    def made(self, said: Optional[RetainedMessage] = None) -> Session:
        return Session(
            "nano-01", Topics(), self.presence, self.publisher, self.report, self.orders.append, said,
            command=self.commands.append, replies=self.replies,
        )  # fmt: skip

    def report(self) -> Reported:
        return Reported(device="nano-01", run=self.presence.run, time=datetime.now(timezone.utc))


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = Parts(tmp_path)
    yield parts
    parts.spool.close()


def test_at_each_connection_birth_and_report_go_first_and_stay_at_the_broker(parts: Parts) -> None:
    parts.session.connected(parts.link)
    assert [(topic, qos, retain) for topic, _, qos, retain in parts.link.published] == [
        ("fer/v1/nano-01/status", 1, True),
        ("fer/v1/nano-01/reported", 1, True),
    ]
    assert parts.link.statuses()[0].state == ONLINE


def test_a_device_that_leaves_on_purpose_says_so(parts: Parts) -> None:
    parts.session.connected(parts.link)
    parts.session.leave()
    last = parts.link.statuses()[-1]
    assert (last.state, last.reason) == (OFFLINE, "the agent was stopped")


def test_what_the_broker_does_not_take_is_told_once_by_its_topic(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    parts.session.connected(parts.link)
    parts.session.report()
    for number in (2, 3):
        parts.session.refused(number, "Not authorized")
    assert caplog.messages == [
        "The broker does not take what is published on fer/v1/nano-01/reported (Not authorized); check its ACL."
    ]
    parts.session.report()
    parts.session.delivered(4)
    parts.session.report()
    parts.session.refused(5, "Quota exceeded")
    assert len(caplog.messages) == 2


def test_an_answer_that_comes_while_something_is_said_is_heard_and_stops_nothing(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    link = AnswersAtOnce(parts.session)
    parts.session.connected(link)
    parts.session.leave()
    assert link.heard
    assert [message.split()[9] for message in caplog.messages] == ["fer/v1/nano-01/status", "fer/v1/nano-01/reported"]


def test_a_doctors_question_is_no_status(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.session.received("fer/v1/nano-01/status", QUESTION)
    assert not caplog.messages


def test_an_ack_empties_the_spool(parts: Parts) -> None:
    parts.spool.append([observation()])
    ack = Ack(device="nano-01", epoch=parts.spool.epoch, seq=1)
    parts.session.received("fer/v1/nano-01/ack", ack.payload())
    assert parts.spool.statistics().pending_events == 0


def test_garbage_on_our_topics_is_one_sentence_and_deletes_nothing(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    parts.spool.append([observation()])
    for garbage in (b"{", b"null", b'{"seq": 1}', b""):
        parts.session.received("fer/v1/nano-01/ack", garbage)
        parts.session.received("fer/v1/nano-01/status", garbage)
    assert parts.spool.statistics().pending_events == 1
    assert "On fer/v1/nano-01/ack: Ack: Invalid JSON" in caplog.text


def test_a_desired_state_and_its_withdrawal_are_handed_on(parts: Parts) -> None:
    for payload in (b"an order", b""):
        parts.session.received("fer/v1/nano-01/desired", payload)
    assert parts.orders == [b"an order", b""]


def test_a_report_goes_out_while_there_is_a_link(parts: Parts) -> None:
    parts.session.report()
    parts.session.connected(parts.link)
    parts.session.report()
    assert [topic for topic, *_ in parts.link.published].count("fer/v1/nano-01/reported") == 2


def test_telemetry_without_a_link_is_dropped(parts: Parts) -> None:
    telemetry = Telemetry(device="nano-01", run="r", time=datetime.now(timezone.utc))
    parts.session.send_telemetry(telemetry, 60)
    parts.session.connected(parts.link)
    parts.session.disconnected()
    parts.session.send_telemetry(telemetry, 60)
    assert not [topic for topic, *_ in parts.link.published if topic.endswith("telemetry")]


def test_a_twin_is_told_of_once(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    parts.session.connected(parts.link)
    for run in (parts.presence.run, "twin", "twin"):
        status = Status(device="nano-01", state=ONLINE, run=run, time=datetime.now(timezone.utc))
        parts.session.received("fer/v1/nano-01/status", status.payload())
    assert caplog.text.count("Another agent runs as 'nano-01' (run twin)") == 1


def test_a_device_announces_itself_at_each_connection(parts: Parts) -> None:
    said = RetainedMessage("homeassistant/device/fer-nano-01/config", b"{}")
    session = parts.made(said)
    for _ in range(2):
        session.connected(parts.link)
    assert [each for each in parts.link.published if each[0] == said.topic] == [(said.topic, b"{}", 1, True)] * 2


def test_a_command_is_passed_on(parts: Parts) -> None:
    parts.session.received("fer/v1/nano-01/command", b"{}")
    assert parts.commands == [b"{}"]
    assert "fer/v1/nano-01/command" in parts.session.subscriptions


def test_a_reply_is_said_at_each_connection_until_the_broker_has_taken_it(parts: Parts) -> None:
    reply = Reply(command="a" * 32, device="nano-01", run="r", time=datetime.now(timezone.utc), outcome="done")
    parts.replies.put(reply)
    for said in (1, 2):
        parts.session.connected(parts.link)
        numbers = [
            number for number, each in enumerate(parts.link.published, 1) if each[0] == "fer/v1/nano-01/reply"
        ]  # fmt: skip
        assert len(numbers) == said
        parts.session.disconnected()
    parts.session.delivered(numbers[-1])
    parts.session.connected(parts.link)
    assert [each[1:] for each in parts.link.published if each[0] == "fer/v1/nano-01/reply"] == [
        (reply.payload(), 1, False)
    ] * 2
