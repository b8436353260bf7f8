import logging
from collections.abc import Iterable, Sequence
from threading import Event

import pytest
from fer_controller.broker.client import Delivery
from fer_controller.errors import BrokerError, BrokerRefused
from fer_controller.rollout.desired.publisher import Publisher
from fer_controller.store.rollouts.records import DesiredRow
from fer_wire import Topics


class FakeOutbox:
    """Keeps rows as the store does."""

    def __init__(self, *rows: DesiredRow) -> None:
        self.rows = {row.device: row for row in rows}
        self.unconfirmed = set(self.rows)
        self.finished: set[str] = set()

    def unpublished(self, limit: int) -> list[DesiredRow]:
        return [self.rows[device] for device in sorted(self.unconfirmed)][:limit]

    def publish_unfinished_again(self, straggling: str) -> None:
        self.unconfirmed |= set(self.rows) - self.finished

    def publish_again(self, device: str) -> bool:
        again = device not in self.unconfirmed | self.finished
        self.unconfirmed |= {device} if again else set()
        return again

    def mark_published(self, confirmed: Sequence[tuple[str, int]]) -> None:
        self.unconfirmed -= {device for device, sequence in confirmed if self.rows[device].sequence == sequence}

    def of_device(self, device: str) -> DesiredRow | None:
        return self.rows.get(device)


class FakeConnection:
    """Confirms what it is told to confirm; each pump runs the next of `happenings`."""

    def __init__(self, publisher: Publisher, *, confirms: bool = True) -> None:
        self.publisher = publisher
        self.confirms = confirms
        self.published: list[tuple[str, bytes]] = []
        self.connected = False
        self.connections = 0
        self.inbox: list[Delivery] = []
        self.stop = Event()
        self.happenings: list[BrokerError | Delivery | None] = []
        self._open: list[int] = []

    def connect(self) -> None:
        self.connections += 1
        self.connected = True
        self._open = []

    def pump(self, timeout_s: float, most: int) -> None:
        if self.confirms:
            for number in self._open:
                self.publisher.confirm(number, "")
            self._open = []
        if not self.happenings:
            self.stop.set()
            return
        happening = self.happenings.pop(0)
        if isinstance(happening, BrokerError):
            self.connected = False
            raise happening
        if happening is not None:
            self.inbox.append(happening)

    def collect(self, most: int) -> list[Delivery]:
        taken, self.inbox = self.inbox, []
        return taken

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Gone."""

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> list[int]:
        new = list(messages)
        numbers = [len(self.published) + place for place in range(1, len(new) + 1)]
        self.published += new
        self._open += numbers
        return numbers

    def close(self) -> None:
        self.connected = False


def row(device: str, payload: str = "{}") -> DesiredRow:
    return DesiredRow(device, "r-1", 1, "a" * 64, 7, payload, "")


def run(outbox: FakeOutbox, *happenings: BrokerError | Delivery | None, confirms: bool = True) -> FakeConnection:
    publisher = Publisher(outbox, Topics(), reconnect_max_s=0.01)
    connection = FakeConnection(publisher, confirms=confirms)
    connection.happenings = [*happenings, None, None]
    publisher.run(connection, connection.stop)
    return connection


def said(payload: bytes) -> Delivery:
    return Delivery("fer/v1/a/desired", payload, False, 1, 1, 1)


def test_what_the_broker_confirmed_is_published_once() -> None:
    outbox = FakeOutbox(row("a"), row("b", ""))
    connection = run(outbox, None, None)
    assert connection.published == [("fer/v1/a/desired", b"{}"), ("fer/v1/b/desired", b"")]
    assert outbox.unconfirmed == set()


def test_what_the_broker_has_not_confirmed_stays_unpublished_and_is_not_sent_twice_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fer_controller.rollout.desired.publisher.GOODBYE_S", 0.0)
    outbox = FakeOutbox(row("a"))
    connection = run(outbox, None, None, None, confirms=False)
    assert len(connection.published) == 1
    assert outbox.unconfirmed == {"a"}


def test_after_a_reconnect_everything_unfinished_is_published_again(caplog: pytest.LogCaptureFixture) -> None:
    outbox = FakeOutbox(row("a"), row("b"))
    outbox.finished = {"b"}
    with caplog.at_level(logging.WARNING):
        connection = run(outbox, None, BrokerError("The connection is lost."), None)
    assert connection.connections == 2
    assert [topic for topic, _ in connection.published] == ["fer/v1/a/desired", "fer/v1/b/desired", "fer/v1/a/desired"]
    assert caplog.messages == []


def test_a_broker_that_wants_none_of_us_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    refused = [BrokerRefused("The broker refuses us.") for _ in range(3)]
    run(FakeOutbox(row("a")), *refused, None)
    assert caplog.messages[0] == "The broker refuses us. Desired states wait."


@pytest.mark.parametrize("spoilt", [b"", b"?", b"{}"])
def test_a_desired_state_that_was_deleted_or_spoilt_is_published_again(spoilt: bytes) -> None:
    outbox = FakeOutbox(row("a", '{"whole": 1}'))
    connection = run(outbox, None, None, said(spoilt), None, None)
    assert len(connection.published) == 2
    assert outbox.unconfirmed == set()


def test_a_withdrawal_that_is_heard_is_no_fault() -> None:
    assert len(run(FakeOutbox(row("a", "")), None, None, said(b""), None).published) == 1


def test_a_refusal_is_told_and_not_taken_for_a_confirmation(caplog: pytest.LogCaptureFixture) -> None:
    outbox = FakeOutbox(row("a"))
    publisher = Publisher(outbox, Topics(), reconnect_max_s=0.01)
    connection = FakeConnection(publisher, confirms=False)
    connection.happenings = [None]
    connection.stop.set()
    connection.connected = True
    publisher._send(connection)
    publisher.confirm(1, "Not authorized")
    publisher._settle()
    assert "The broker refuses the desired state of a: Not authorized." in caplog.text
    assert outbox.unconfirmed == {"a"}
