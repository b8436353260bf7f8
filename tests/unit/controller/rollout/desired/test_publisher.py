import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError, BrokerRefused
from fer_controller.registry.signing import make_keys
from fer_controller.rollout.desired.publisher import WINDOW, Publisher
from fer_controller.rollout.desired.seal import Seal
from fer_controller.store import opening
from fer_controller.store.rollouts.records import Changes, DesiredRow, RolloutRow
from fer_controller.store.rollouts.store import RolloutStore
from fer_wire import Desired, Topics

NOW = datetime(2026, 11, 29, tzinfo=UTC)
NO_SEAL = Seal(Path("nowhere"), (), 30.0)
"""Of a fleet without keys."""


class FakeConnection:
    """Confirms what it is told to confirm; each pump runs the next of `happenings`."""

    def __init__(self, publisher: Publisher, *, confirms: bool = True) -> None:
        self.publisher = publisher
        self.confirms = confirms
        self.room = WINDOW
        self.published: list[tuple[str, bytes]] = []
        self.retained: list[bool] = []
        self.connected = False
        self.connections = 0
        self.inbox: list[Delivery] = []
        self.stop = Event()
        self.refusals: list[BrokerRefused] = []
        self.happenings: list[BrokerError | Delivery | None] = []
        self._open: list[int] = []

    def connect(self) -> None:
        if self.refusals:
            raise self.refusals.pop()
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

    def publish(self, messages: Iterable[tuple[str, bytes]], *, retain: bool = True) -> list[int]:
        new = list(messages)
        self.retained += [retain] * len(new)
        numbers = [len(self.published) + place for place in range(1, len(new) + 1)]
        self.published += new
        self._open += numbers
        return numbers

    def close(self) -> None:
        self.connected = False


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RolloutStore]:
    """A running rollout, and one that has ended."""
    rows = (RolloutRow("r-1", "", "", "light@2", "", "", "running"),
            RolloutRow("r-0", "", "", "light@1", "", "", "completed", ended_at="2026-01-31T12:00:00.000Z"))  # fmt: skip
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        made = RolloutStore(database)
        made.write(Changes(rollouts={each.id: each for each in rows}))
        yield made


def desire(store: RolloutStore, device: str, payload: str = "{}", *, rollout: str = "r-1") -> None:
    row = DesiredRow(device, rollout, 1, "a" * 64, ord(device), payload, "")
    store.write(Changes(desired={device: row}))


def unconfirmed(store: RolloutStore) -> set[str]:
    return {row.device for row in store.desired.unpublished(100)}


def run(
    store: RolloutStore, *happenings: BrokerError | Delivery | None, confirms: bool = True, seal: Seal = NO_SEAL
) -> FakeConnection:
    publisher = Publisher(store.desired, Topics(), reconnect_max_s=0.01, seal=seal)
    connection = FakeConnection(publisher, confirms=confirms)
    connection.happenings = [*happenings, None, None]
    publisher.run(connection, connection.stop)  # type: ignore[arg-type]  # a broker in memory
    return connection


def said(payload: bytes) -> Delivery:
    return Delivery("fer/v1/a/desired", payload, False, 1, 1, 1)


def test_what_the_broker_confirmed_is_published_once(store: RolloutStore) -> None:
    desire(store, "a")
    desire(store, "b", "")
    connection = run(store, None, None)
    assert connection.published == [("fer/v1/a/desired", b"{}"), ("fer/v1/b/desired", b"")]
    assert unconfirmed(store) == set()


def test_what_the_broker_has_not_confirmed_stays_unpublished_and_is_not_sent_twice_meanwhile(
    store: RolloutStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_controller.rollout.desired.publisher.GOODBYE_S", 0.0)
    desire(store, "a")
    connection = run(store, None, None, None, confirms=False)
    assert len(connection.published) == 1
    assert unconfirmed(store) == {"a"}


def test_after_a_reconnect_everything_unfinished_is_published_again(
    store: RolloutStore, caplog: pytest.LogCaptureFixture
) -> None:
    desire(store, "a")
    desire(store, "b", rollout="r-0")
    with caplog.at_level(logging.WARNING):
        connection = run(store, None, BrokerError("The connection is lost."), None)
    assert connection.connections == 2
    assert [topic for topic, _ in connection.published] == ["fer/v1/a/desired", "fer/v1/b/desired", "fer/v1/a/desired"]
    assert caplog.messages == []


def test_a_broker_that_refuses_us_is_reported_once(store: RolloutStore, caplog: pytest.LogCaptureFixture) -> None:
    publisher = Publisher(store.desired, Topics(), reconnect_max_s=0.01, seal=NO_SEAL)
    connection = FakeConnection(publisher)
    connection.refusals = [BrokerRefused("The broker refuses us.") for _ in range(3)]
    publisher.run(connection, connection.stop)  # type: ignore[arg-type]  # a broker in memory
    assert connection.connections == 1
    assert caplog.messages == ["The broker refuses us. Desired states wait."]


def test_the_broker_is_given_no_more_than_it_has_room_for_and_all_is_noted_together(store: RolloutStore) -> None:
    for device in "abcde":
        desire(store, device)
    publisher = Publisher(store.desired, Topics(), reconnect_max_s=0.01, seal=NO_SEAL)
    connection = FakeConnection(publisher)
    connection.connected, connection.room = True, 2
    connection.happenings = [None] * 9
    seen = []
    for _ in range(4):
        publisher._round(connection)  # type: ignore[arg-type]  # a broker in memory
        seen.append((len(connection.published), len(unconfirmed(store))))
    assert seen == [(2, 5), (4, 5), (5, 5), (5, 0)]


def test_what_is_said_besides_waits_for_room_too(store: RolloutStore) -> None:
    said = [(f"fer/v1/{device}/command", b"{}") for device in "abcde"]
    others = iter([said])
    publisher = Publisher(store.desired, Topics(), 0.01, NO_SEAL, lambda: next(others, []))
    connection = FakeConnection(publisher)
    connection.connected, connection.room = True, 2
    connection.happenings = [None] * 9
    seen = []
    for _ in range(4):
        publisher._round(connection)  # type: ignore[arg-type]  # a broker in memory
        seen.append(len(connection.published))
    assert seen == [2, 4, 5, 5]
    assert connection.published == said


def test_one_that_the_broker_refuses_keeps_no_other_waiting(store: RolloutStore) -> None:
    desire(store, "a")
    publisher = Publisher(store.desired, Topics(), reconnect_max_s=0.01, seal=NO_SEAL)
    connection = FakeConnection(publisher, confirms=False)
    connection.connected, connection.happenings = True, [None] * 9
    publisher._round(connection)  # type: ignore[arg-type]  # a broker in memory
    publisher.confirm(1, "Not authorized")
    desire(store, "b")
    connection.confirms, connection._open = True, []
    for _ in range(2):
        publisher._round(connection)  # type: ignore[arg-type]  # a broker in memory
    assert [topic for topic, _ in connection.published] == ["fer/v1/a/desired", "fer/v1/b/desired"]
    assert unconfirmed(store) == {"a"}


def test_what_comes_back_as_it_was_published_is_not_looked_up(
    store: RolloutStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up, of_devices = list[str](), store.desired.of_devices

    def look_up(devices: Iterable[str]) -> list[DesiredRow]:
        looked_up.extend(devices)
        return of_devices(devices)

    monkeypatch.setattr(store.desired, "of_devices", look_up)
    desire(store, "a", '{"whole": 1}')
    run(store, None, said(b'{"whole": 1}'), said(b'{"whole": 2}'), None)
    assert looked_up == ["a"]


@pytest.mark.parametrize("spoilt", [b"", b"?", b"{}"])
def test_a_desired_state_that_was_deleted_or_spoilt_is_published_again(store: RolloutStore, spoilt: bytes) -> None:
    desire(store, "a", '{"whole": 1}')
    connection = run(store, None, None, said(spoilt), None, None)
    assert len(connection.published) == 2
    assert unconfirmed(store) == set()


def test_a_withdrawal_that_comes_back_is_not_a_fault(store: RolloutStore) -> None:
    desire(store, "a", "")
    assert len(run(store, None, None, said(b""), None).published) == 1


def test_a_refusal_is_reported_and_not_taken_for_a_confirmation(
    store: RolloutStore, caplog: pytest.LogCaptureFixture
) -> None:
    desire(store, "a")
    publisher = Publisher(store.desired, Topics(), reconnect_max_s=0.01, seal=NO_SEAL)
    connection = FakeConnection(publisher, confirms=False)
    connection.stop.set()
    connection.connected = True
    publisher._ready.extend(publisher._due())
    publisher._send(connection)  # type: ignore[arg-type]  # a broker in memory
    publisher.confirm(1, "Not authorized")
    publisher._settle()
    assert "The broker refuses the desired state of a: Not authorized." in caplog.text
    assert unconfirmed(store) == {"a"}


def of_a_fleet_with_keys(folder: Path) -> Seal:
    make_keys(folder)
    return Seal(folder, (), 30.0)


def a_desired_state(sequence: int = 7) -> str:
    return Desired(
        device="a", rollout="r-1", sequence=sequence, time=NOW, model="light@2/int8", sha256="a" * 64, size_bytes=9
    ).model_dump_json()


def test_what_another_key_has_signed_or_nobody_is_signed_and_published_again(
    store: RolloutStore, tmp_path: Path
) -> None:
    desire(store, "a", a_desired_state(ord("a")), rollout="r-0")
    assert json.loads(run(store, None).published[0][1])["signature"] == ""
    seal = of_a_fleet_with_keys(tmp_path / "keys")
    signed = run(store, None, seal=seal).published
    assert [json.loads(payload)["signature"] != "" for _, payload in signed] == [True]
    assert run(store, None, seal=seal).published == []
    make_keys(tmp_path / "keys", force=True)
    assert len(run(store, None, seal=seal).published) == 1


@pytest.mark.parametrize("forged", ["unsigned", "by a stranger", "old"])
def test_what_somebody_put_in_its_place_is_replaced(store: RolloutStore, tmp_path: Path, forged: str) -> None:
    seal, stranger = of_a_fleet_with_keys(tmp_path / "keys"), of_a_fleet_with_keys(tmp_path / "stranger")
    seal.look()
    stranger.look()
    old = DesiredRow("a", "r-1", 1, "a" * 64, 7, a_desired_state(7), "")
    payloads = {
        "unsigned": a_desired_state(2**53 - 1).encode(),
        "by a stranger": stranger.sealed(replace(old, payload=a_desired_state(999)), "", NOW)[0],
        "old": seal.sealed(old, "", NOW)[0],
    }
    desire(store, "a", a_desired_state(ord("a")))
    published = run(store, None, None, said(payloads[forged]), None, None, seal=seal).published
    assert [json.loads(payload)["sequence"] for _, payload in published] == [ord("a")] * 2


def test_our_own_that_come_back_are_left_alone(store: RolloutStore, tmp_path: Path) -> None:
    seal = of_a_fleet_with_keys(tmp_path / "keys")
    seal.look()
    desire(store, "a", a_desired_state(ord("a")))
    row = store.desired.of_device("a")
    assert row is not None
    assert len(run(store, None, None, said(seal.sealed(row, "", NOW)[0]), None, None, seal=seal).published) == 1


def test_what_expires_is_renewed_with_the_same_sequence(store: RolloutStore, tmp_path: Path) -> None:
    desire(store, "a", a_desired_state(ord("a")))
    make_keys(tmp_path / "keys")
    run(store, None, seal=Seal(tmp_path / "keys", (), 10.0))
    again = run(store, None, seal=Seal(tmp_path / "keys", (), 30.0)).published
    assert [json.loads(payload)["sequence"] for _, payload in again] == [ord("a")]


def test_what_cannot_be_signed_waits_and_is_told_once(
    store: RolloutStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desire(store, "a", a_desired_state(ord("a")))
    make_keys(tmp_path / "keys")
    connection = run(store, None, None, seal=Seal(tmp_path / "keys", ("/nowhere/sign",), 30.0))
    assert connection.published == []
    assert unconfirmed(store) == {"a"}
    assert len(caplog.messages) == 1
    assert "/nowhere/sign, does not sign" in caplog.messages[0]


def test_what_is_said_besides_is_not_retained_and_its_confirmation_counts_for_no_order(
    store: RolloutStore, caplog: pytest.LogCaptureFixture
) -> None:
    others = iter([[("fer/v1/a/command", b"{}")], [], []])
    publisher = Publisher(store.desired, Topics(), 0.01, NO_SEAL, lambda: next(others, []))
    connection = FakeConnection(publisher)
    connection.happenings = [None, None]
    desire(store, "a")
    publisher.run(connection, connection.stop)  # type: ignore[arg-type]  # a broker in memory
    assert connection.published == [("fer/v1/a/command", b"{}"), ("fer/v1/a/desired", b"{}")]
    assert connection.retained == [False, True]
    assert unconfirmed(store) == set()
    publisher._said[9] = "fer/v1/a/command"
    publisher.confirm(9, "Not authorized")
    assert "does not take what is published on fer/v1/a/command (Not authorized); check its ACL." in caplog.text
