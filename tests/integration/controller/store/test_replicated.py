"""A commit counts when the standby has it, and a server that gives no answer is given up."""

import signal
from collections.abc import Callable, Iterator
from threading import Thread

import psycopg
import pytest
from controller_messages import a_batch, an_event
from controller_process import eventually
from fer_controller.errors import StoreUnavailable
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Written
from fer_controller.store.postgresql import server
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.ingest import PostgresIngestStore
from real_postgres import OwnPostgres, running

STANDBYS = "synchronous_standby_names"
READ_ONLY = "default_transaction_read_only"
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
PATIENCE_S = 1.0
BATCH = a_batch(an_event(1), an_event(2))


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    """A server of this test's own."""
    with running() as made:
        yield made


@pytest.fixture
def database(postgres: OwnPostgres) -> Iterator[PostgresDatabase]:
    """A connection to a database of its own."""
    with server.writer(postgres.empty(), PATIENCE_S, create=True) as opened:
        yield opened


@pytest.fixture
def store(database: PostgresDatabase) -> PostgresIngestStore:
    """What the ingest writes to."""
    made = PostgresIngestStore(database)
    made.write(a_batch())  # The day's partition is there.
    return made


def set_to(postgres: OwnPostgres, name: str, value: str) -> None:
    """Return when a setting of the server is in force for whoever connects."""
    postgres.execute(f"ALTER SYSTEM SET {name} = '{value}'", "postgres")
    postgres.execute("SELECT pg_reload_conf()", "postgres")
    eventually(lambda: postgres.execute(f"SHOW {name}", "postgres") == [(value,)], f"{name} is {value}")


def written(store: PostgresIngestStore) -> Callable[[], Written]:
    """Begin to write the batch in a thread; returns what waits for the outcome, and raises what it raised."""
    outcome: list[Written | StoreUnavailable] = []

    def write() -> None:
        try:
            outcome.append(store.write(BATCH))
        except StoreUnavailable as error:
            outcome.append(error)

    thread = Thread(target=write)
    thread.start()

    def wait() -> Written:
        thread.join()
        if isinstance(outcome[0], StoreUnavailable):
            raise outcome[0]
        return outcome[0]

    return wait


def test_what_no_standby_has_is_not_stored(
    postgres: OwnPostgres, database: PostgresDatabase, store: PostgresIngestStore
) -> None:
    database.expect_answers_within(PATIENCE_S)
    set_to(postgres, STANDBYS, "nobody")
    with pytest.raises(StoreUnavailable, match="no answer in 1 seconds"):
        written(store)()
    with pytest.raises(StoreUnavailable):  # Its streams are still locked by the commit that waits.
        written(store)()
    set_to(postgres, STANDBYS, "")
    eventually(lambda: not postgres.execute(WAITING, "postgres"), "the commit no longer waits")
    assert store.write(BATCH) == Written(0, 2)
    assert len(store.events.events_page(EventFilter(), ("", 0), 10)) == 2


def test_a_commit_whose_wait_was_cancelled_is_not_taken_for_a_success(
    postgres: OwnPostgres, database: PostgresDatabase, store: PostgresIngestStore
) -> None:
    database.expect_answers_within(60.0)
    set_to(postgres, STANDBYS, "nobody")
    outcome = written(store)
    eventually(lambda: postgres.execute(WAITING, "postgres"), "the commit waits")
    postgres.execute(f"SELECT pg_cancel_backend(({WAITING}))", "postgres")
    with pytest.raises(StoreUnavailable, match="did not wait for its standby"):
        outcome()
    set_to(postgres, STANDBYS, "")
    assert store.write(BATCH) == Written(0, 2)


def test_a_server_that_hangs_is_given_up(
    postgres: OwnPostgres, database: PostgresDatabase, store: PostgresIngestStore
) -> None:
    database.expect_answers_within(PATIENCE_S)
    postgres.signal_all(signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match=r"no answer in 1 seconds|timeout"):
            store.write(BATCH)
    finally:
        postgres.signal_all(signal.SIGCONT)  # One that is stopped could not be ended, either.
    assert store.write(BATCH) == Written(2, 0)


def test_the_store_goes_on_when_its_server_was_restarted(postgres: OwnPostgres, store: PostgresIngestStore) -> None:
    postgres.stop(signal.SIGQUIT)
    with pytest.raises(StoreUnavailable, match=r"cannot be reached|restarting"):
        store.write(BATCH)
    postgres.start()
    assert store.write(BATCH) == Written(2, 0)
    postgres.stop()
    postgres.start()
    assert store.write(BATCH) == Written(0, 2)


def test_a_read_only_server_stores_nothing_until_it_is_not(postgres: OwnPostgres, store: PostgresIngestStore) -> None:
    set_to(postgres, READ_ONLY, "on")
    with pytest.raises(StoreUnavailable, match="read-only"):
        store.write(BATCH)
    set_to(postgres, READ_ONLY, "off")
    assert store.write(BATCH) == Written(2, 0)


def test_a_server_with_too_many_connections_stores_nothing_until_one_is_free(
    postgres: OwnPostgres, store: PostgresIngestStore
) -> None:
    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'fleet%'", "postgres")
    (shown,) = postgres.execute("SHOW max_connections", "postgres")
    crowd = [psycopg.connect(postgres.url().url) for _ in range(int(shown[0]))]
    with pytest.raises(StoreUnavailable, match="as many connections as it takes"):
        store.write(BATCH)
    for each in crowd:
        each.close()
    eventually(lambda: stores(store), "a connection is free")
    assert store.write(BATCH) == Written(0, 2)


def stores(store: PostgresIngestStore) -> bool:
    try:
        store.write(BATCH)
    except StoreUnavailable:
        return False
    return True
