"""Desired states at several brokers of one PostgreSQL: each is given all, and a device finds its own anywhere."""

from collections.abc import Iterator

import pytest
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.postgresql.orders import OrdersOfBroker
from fer_controller.store.rollouts.records import NO_ROLLOUT, Changes, DesiredRow, RolloutRow, SentOrder
from fer_controller.store.rollouts.store import RolloutStore
from real_postgres import Postgres

STRAGGLING = "unreachable"
RUNNING = RolloutRow("r-1", "", "", "light@2", "", "", "running")
ENDED = RolloutRow("r-0", "", "", "light@1", "", "", "completed", ended_at="2026-01-31T12:00:00.000Z")


@pytest.fixture
def place(postgres: Postgres) -> PostgresUrl:
    return postgres.database()


@pytest.fixture
def database(place: PostgresUrl) -> Iterator[Database]:
    with opening.writer(place) as opened:
        yield opened


@pytest.fixture
def rollouts(database: Database) -> RolloutStore:
    made = RolloutStore(database)
    made.write(Changes(rollouts={each.id: each for each in (RUNNING, ENDED)}))
    return made


def connected(database: Database, name: str) -> OrdersOfBroker:
    broker = OrdersOfBroker(database, name)
    broker.publish_unfinished_again(STRAGGLING)
    return broker


def desire(rollouts: RolloutStore, device: str, sequence: int, rollout: str = "r-1") -> None:
    rollouts.write(Changes(desired={device: DesiredRow(device, rollout, 1, "a" * 64, sequence, "{}", "")}))


def owed(broker: OrdersOfBroker) -> list[tuple[str, int]]:
    return [(row.device, row.sequence) for row in broker.unpublished(100)]


def test_each_broker_is_given_it_and_it_is_published_when_the_last_has_confirmed(
    database: Database, rollouts: RolloutStore
) -> None:
    one, other = connected(database, "one"), connected(database, "other")
    desire(rollouts, "nano-01", 5)
    assert owed(one) == owed(other) == [("nano-01", 5)]
    one.mark_published([SentOrder("nano-01", 5)])
    assert (owed(one), owed(other), rollouts.desired.unpublished_of("r-1")) == ([], [("nano-01", 5)], 1)
    other.mark_published([SentOrder("nano-01", 5)])
    assert (owed(other), rollouts.desired.unpublished_of("r-1")) == ([], 0)


def test_what_was_confirmed_late_does_not_stand_for_what_was_written_since(
    database: Database, rollouts: RolloutStore
) -> None:
    one = connected(database, "one")
    desire(rollouts, "nano-01", 5)
    desire(rollouts, "nano-01", 6)
    one.mark_published([SentOrder("nano-01", 5)])
    assert owed(one) == [("nano-01", 6)]


def test_a_broker_that_is_new_is_given_everything_and_one_that_comes_back_what_is_unfinished(
    database: Database, rollouts: RolloutStore
) -> None:
    desire(rollouts, "nano-01", 5)
    desire(rollouts, "nano-02", 6, rollout="r-0")
    one = connected(database, "one")
    assert owed(one) == [("nano-01", 5), ("nano-02", 6)]
    one.mark_published([SentOrder("nano-01", 5), SentOrder("nano-02", 6)])
    one.publish_unfinished_again(STRAGGLING)
    assert owed(one) == [("nano-01", 5)]


def test_what_was_deleted_at_one_broker_is_published_there_again_and_not_at_the_other(
    database: Database, rollouts: RolloutStore
) -> None:
    one, other = connected(database, "one"), connected(database, "other")
    desire(rollouts, "nano-01", 5)
    for each in (one, other):
        each.mark_published([SentOrder("nano-01", 5)])
    assert one.publish_again("nano-01")
    assert not one.publish_again("nano-01")
    assert (owed(one), owed(other)) == ([("nano-01", 5)], [])


def test_a_forgotten_device_goes_when_the_last_broker_has_cleared_what_it_retained(
    database: Database, rollouts: RolloutStore
) -> None:
    one, other = connected(database, "one"), connected(database, "other")
    desire(rollouts, "nano-01", 5, rollout=NO_ROLLOUT)
    one.mark_published([SentOrder("nano-01", 5)])
    assert rollouts.desired.of_device("nano-01") is not None
    other.mark_published([SentOrder("nano-01", 5)])
    assert rollouts.desired.of_device("nano-01") is None


def test_a_broker_that_nobody_attends_for_a_week_holds_up_nothing(
    postgres: Postgres, place: PostgresUrl, database: Database, rollouts: RolloutStore
) -> None:
    one, gone = connected(database, "one"), connected(database, "gone")
    desire(rollouts, "nano-01", 5)
    one.mark_published([SentOrder("nano-01", 5)])
    postgres.execute("UPDATE brokers SET seen_at = now() - interval '8 days' WHERE place = 'gone'", place.name)
    one.attend()
    assert rollouts.desired.unpublished_of("r-1") == 0
    assert owed(gone) == []


def test_what_another_key_has_signed_is_owed_by_each_again(database: Database, rollouts: RolloutStore) -> None:
    one, other = connected(database, "one"), connected(database, "other")
    desire(rollouts, "nano-01", 5)
    for each in (one, other):
        each.mark_published([SentOrder("nano-01", 5, "old", "2027")])
    assert one.renew("new", "2026") == 2
    assert owed(one) == owed(other) == [("nano-01", 5)]
