"""Controllers of one share at a real Mosquitto: each gets a part of the events, and every status."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import a_birth
from controller_process import Device, eventually, run
from fer_controller.broker.client import Broker
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerRefused
from fer_controller.ingest.writer import filters
from fer_controller.settings import BrokerSettings
from fer_wire import EmotionEvent, Topics, parse
from field.test_what_a_broker_does_not_take import Answering
from forked import Forked
from old_brokers import hanging_up
from paho.mqtt import publish
from real_broker import Mosquitto
from real_postgres import Postgres

pytestmark = pytest.mark.mosquitto
TOPICS, SHARE = Topics(), "ingest"
EVENTS = 100
CONNACK_WITHOUT_SHARES = b"\x20\x05\x00\x00\x02\x2a\x00"
CONNACK = b"\x20\x03\x00\x00\x00"
SUBACK_REFUSING_SHARES = b"\x90\x08\x00\x01\x00\x9e\x9e\x00\x00\x00"


class Member:
    """One controller's connection, and what it got; it acknowledges everything."""

    def __init__(self, url: str, name: str) -> None:
        self._broker = Broker(BrokerSettings(url=url, share=SHARE), name, filters(TOPICS, SHARE))
        self._broker.connect()
        self.got: list[Delivery] = []

    def turn(self) -> None:
        self._broker.pump(0.02, 1000)
        taken = self._broker.collect(1000)
        self._broker.acknowledge(taken)
        self.got += taken

    def leave(self) -> None:
        self._broker.close()

    @property
    def seqs(self) -> set[int]:
        return {parse(EmotionEvent, each.payload).seq for each in self.got if "/emotion/" in each.topic}

    @property
    def statuses(self) -> list[bytes]:
        return [each.payload for each in self.got if each.topic.endswith("/status")]


def until_all(members: list[Member], first: int, last: int) -> None:
    """Until together they have got these events."""

    def got_all() -> bool:
        for member in members:
            member.turn()
        return set(range(first, last + 1)) <= set().union(*(member.seqs for member in members))

    eventually(got_all, f"events {first} to {last} have arrived")


@pytest.fixture
def members(mosquitto: Mosquitto) -> Iterator[list[Member]]:
    made = [Member(mosquitto.url, name) for name in ("one", "other")]
    yield made
    for member in made:
        member.leave()


def test_each_of_two_gets_a_part_and_no_event_is_given_to_both(members: list[Member], device: Device) -> None:
    device.reconnect()
    device.observe(EVENTS)
    until_all(members, 1, EVENTS)
    one, other = members
    assert one.seqs
    assert other.seqs
    assert not one.seqs & other.seqs


def test_when_one_leaves_the_other_gets_everything(members: list[Member], device: Device) -> None:
    """Its session ends with its connection: what the broker kept for it, nobody would get."""
    device.reconnect()
    device.observe(EVENTS)
    until_all(members, 1, EVENTS)
    left, stays = members
    left.leave()
    device.observe(EVENTS)
    device.reconnect()  # and so sends again what the broker gave to the one that was leaving
    until_all([stays], EVENTS + 1, 2 * EVENTS)


def test_every_status_reaches_each_and_the_retained_one_whoever_comes_later(
    mosquitto: Mosquitto, members: list[Member]
) -> None:
    birth = a_birth().payload()
    publish.single(TOPICS.status("nano-01"), birth, 1, retain=True, hostname="127.0.0.1", port=mosquitto.port)
    late = Member(mosquitto.url, "late")
    for member in (*members, late):
        eventually(lambda member=member: member.turn() or member.statuses == [birth], "its status")  # type: ignore[misc]
    late.leave()


def test_a_session_of_the_time_before_the_share_gets_nothing_twice(mosquitto: Mosquitto, device: Device) -> None:
    alone = Broker(BrokerSettings(url=mosquitto.url), "one", filters(TOPICS, None))
    alone.connect()
    alone.close()
    member = Member(mosquitto.url, "one")
    device.reconnect()
    device.observe(EVENTS)
    until_all([member], 1, EVENTS)
    assert len([each for each in member.got if "/emotion/" in each.topic]) == EVENTS
    member.leave()


def test_a_broker_that_speaks_3_1_1_alone_is_told(mosquitto: Mosquitto) -> None:
    with hanging_up(mosquitto.port) as url, pytest.raises(BrokerRefused, match="cannot divide messages among contro"):
        Member(url, "one")


@pytest.mark.parametrize("answer", [CONNACK_WITHOUT_SHARES, CONNACK + SUBACK_REFUSING_SHARES])
def test_a_broker_that_has_no_shared_subscriptions_is_told(answer: bytes) -> None:
    answering = Answering(answer)
    with pytest.raises(BrokerRefused, match=r"leave broker\.share out, and run one controller at it"):
        Member(answering.url, "one")
    answering.close()


def test_on_postgresql_two_members_store_everything_once_though_one_is_killed(
    mosquitto: Mosquitto, postgres: Postgres, device: Device, tmp_path: Path
) -> None:
    place = postgres.database()
    served = ("--db", place.url, "--broker", mosquitto.url, "--share", SHARE, "--role", "ingest")
    said = [tmp_path / "one", tmp_path / "other"]
    one, other = (Forked("fer-controller", "serve", *served, out=log, err=log) for log in said)
    try:
        for log in said:
            eventually(lambda log=log: "Connected to the broker" in log.read_text(), "it is connected")  # type: ignore[misc]
        device.reconnect()
        device.observe(EVENTS)
        one.kill()
        device.observe(EVENTS)
        device.flush()
    finally:
        one.kill()
        one.wait(30)
        other.terminate()
        other.wait(30)
    assert postgres.execute("SELECT seq FROM events ORDER BY seq", place.name) == [
        (seq,) for seq in range(1, 2 * EVENTS + 1)
    ]
    assert postgres.execute("SELECT COUNT(*) FROM gaps", place.name) == [(0,)]
    assert device.acked_seq == 2 * EVENTS


def test_an_sqlite_database_has_nobody_to_divide_messages_with(tmp_path: Path) -> None:
    result = run("serve", "--db", str(tmp_path / "fleet.db"), "--share", SHARE, "--http", "")
    assert result.returncode == 2
    assert f"{tmp_path / 'fleet.db'} is an SQLite database, which one controller serves" in result.stderr
