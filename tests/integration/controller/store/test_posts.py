"""What only one process of all does: it goes on when its holder is gone, and a holder that was away writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from controller_process import PATIENCE_S, eventually
from fer_controller.errors import StoreUnavailable
from fer_controller.settings import DbPlace, PostgresUrl
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.postgresql.lease import Lease
from real_pgbouncer import PgBouncer, pooling
from real_postgres import Postgres

POST = "rollouts"
NOW = "2026-01-31T12:00:00.000Z"


class Holder:
    """One process's wish to hold the post, in a thread."""

    def __init__(self, place: DbPlace, work: Callable[[Database, Event], None] | None = None) -> None:
        self.at_work, self.ending = Event(), Event()
        self._work = work or (lambda _database, over: over.wait())
        # A daemon: where a test fails, nobody waits for work that nobody lets go on.
        self._thread = Thread(target=lambda: opening.post(place, POST).attend(self._begin, self.ending), daemon=True)
        self._thread.start()

    def leave(self) -> None:
        self.ending.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "it does not leave"

    def _begin(self, database: Database, over: Event) -> None:
        self.at_work.set()
        self._work(database, over)
        self.at_work.clear()


@contextmanager
def holders(*made: Holder) -> Iterator[None]:
    try:
        yield
    finally:
        for each in made:
            each.leave()


@pytest.fixture
def place(postgres: Postgres) -> PostgresUrl:
    return postgres.database()


@pytest.fixture
def bouncer(postgres: Postgres) -> Iterator[PgBouncer]:
    with pooling(postgres) as pool:
        yield pool


def take_away(postgres: Postgres, place: PostgresUrl) -> None:
    """As if the holder had been silent for long."""
    postgres.execute("UPDATE leases SET expires_at = '-infinity'", place.name)


def test_one_of_two_does_the_work_and_the_other_when_it_leaves(place: PostgresUrl) -> None:
    one = Holder(place)
    assert one.at_work.wait(PATIENCE_S)
    other = Holder(place)
    with holders(one, other):
        assert not other.at_work.wait(1)
        one.leave()
        assert other.at_work.wait(PATIENCE_S)


def test_a_holder_that_was_away_writes_nothing_and_says_so(
    postgres: Postgres, place: PostgresUrl, caplog: pytest.LogCaptureFixture
) -> None:
    go_on, wrote = Event(), Event()

    def late(database: Database, _over: Event) -> None:
        go_on.wait()
        DeviceStore(database).revoke("nano-01", NOW, "somebody")
        wrote.set()

    one = Holder(place, late)
    assert one.at_work.wait(PATIENCE_S)
    take_away(postgres, place)
    other = Holder(place)
    with holders(one, other):
        assert other.at_work.wait(PATIENCE_S)
        go_on.set()
        eventually(lambda: "while this process was away; it writes nothing more" in caplog.text, "it is told")
    assert not wrote.is_set()
    with opening.reader(place) as database:
        assert DeviceStore(database).revoked() == frozenset()


def test_while_a_holder_writes_nobody_takes_over(place: PostgresUrl) -> None:
    begun, go_on = Event(), Event()

    def slow(database: Database, over: Event) -> None:
        with database.transaction():
            begun.set()
            go_on.wait()
            DeviceStore(database).revoke("nano-01", NOW, "somebody")
        over.wait()

    one = Holder(place, slow)
    assert begun.wait(PATIENCE_S)
    other = Holder(place)
    with holders(one, other):
        assert not other.at_work.wait(1)
        go_on.set()
        with opening.reader(place) as database:
            eventually(lambda: DeviceStore(database).revoked() == {"nano-01"}, "what it began is written")


def test_one_that_stands_still_in_the_middle_of_a_transaction_is_thrown_out(
    place: PostgresUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_controller.store.postgresql.database.STILL_TIMEOUT_S", 0.3)
    begun, go_on = Event(), Event()

    def stuck(database: Database, _over: Event) -> None:
        with database.transaction():
            begun.set()
            go_on.wait()
            DeviceStore(database).revoke("nano-01", NOW, "somebody")

    def stopped(database: Database, over: Event) -> None:
        with pytest.raises(StoreUnavailable):
            stuck(database, over)
        over.wait()

    one = Holder(place, stopped)
    assert begun.wait(PATIENCE_S)
    with holders(one), opening.writer(place) as database:
        DeviceStore(database).revoke("nano-02", NOW, "somebody")
        go_on.set()
        assert DeviceStore(database).revoked() == {"nano-02"}


def test_a_lease_goes_from_one_to_the_other_through_a_pool(place: PostgresUrl, bouncer: PgBouncer) -> None:
    place = bouncer.url(place)
    one = Holder(place)
    assert one.at_work.wait(PATIENCE_S)
    other = Holder(place)
    with holders(one, other):
        one.leave()
        assert other.at_work.wait(PATIENCE_S)


def test_each_holder_of_a_lease_has_a_name_of_its_own(place: PostgresUrl) -> None:
    assert Lease(place, POST)._holder != Lease(place, POST)._holder
