"""The answer to a COMMIT gets lost: the batch is written again, and nothing of it is stored or counted twice."""

import signal
from collections.abc import Iterator
from threading import Thread

import pytest
from controller_messages import AT, a_batch, an_event
from controller_process import eventually
from cuttable_wire import Wire
from fer_controller.errors import StoreUnavailable
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.dead_letters.records import DEAD_LETTERS, DEAD_LETTERS_DROPPED, REDELIVERED, DeadLetter
from fer_controller.store.ingest.records import Batch
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.ingest import PostgresIngestStore
from real_postgres import OwnPostgres, Postgres, running

LETTER = DeadLetter(AT, "fer/v1/nano-01/emotion/door", "EmotionEvent: it is no JSON.", b"{", 1)
COUNTED = {DEAD_LETTERS: 4, DEAD_LETTERS_DROPPED: 2, REDELIVERED: 1}


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with running() as made:
        yield made


@pytest.fixture
def wire(server: OwnPostgres) -> Iterator[Wire]:
    """Between the controller and its server."""
    made = Wire(server.port)
    yield made
    made.close()


@pytest.fixture
def place(server: OwnPostgres) -> PostgresUrl:
    return server.database()


@pytest.fixture
def database(place: PostgresUrl, wire: Wire) -> Iterator[PostgresDatabase]:
    with opening.writer(PostgresUrl(f"postgresql://fer@127.0.0.1:{wire.port}/{place.name}")) as opened:
        yield opened


def batch_of_all_kinds() -> Batch:
    """A new event, one that is stored, another one under a number that is stored, a letter, and some left out."""
    events = (an_event(3), an_event(1), an_event(2, track=9))
    return a_batch(*events, dead_letters=[LETTER], letters_left_out=2)


def test_a_server_that_is_killed_between_a_commit_and_its_answer(
    server: OwnPostgres, place: PostgresUrl, wire: Wire, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PostgresIngestStore(database)
    store.write(a_batch(an_event(1), an_event(2)))
    batch = batch_of_all_kinds()

    def kill_when_committed() -> None:
        eventually(lambda: server.execute("SELECT 1 FROM dead_letters", place.name), "it is committed")
        server.stop(signal.SIGQUIT)
        wire.drop()

    commit, killer = database._commit, Thread(target=kill_when_committed)

    def commit_unheard() -> None:
        wire.hold_answers()
        killer.start()
        commit()

    with monkeypatch.context() as patch:
        patch.setattr(database, "_commit", commit_unheard)
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            store.write(batch)
    killer.join()
    server.start()
    store.write(batch)
    assert [each.reason for each in store.dead_letters.newest(10)].count(LETTER.reason) == 1
    assert len(store.dead_letters.newest(10)) == 2
    assert store.dead_letters.counters() == COUNTED
    assert [each.contiguous_seq for each in store.events.streams()] == [3]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pipelined", [True, False])
def test_a_connection_that_is_left_in_the_middle_of_a_statement_is_given_up(
    postgres: Postgres, *, pipelined: bool
) -> None:
    """As when a server throws us out among many rows: its farewell is read, and the end of the connection not yet."""
    with opening.writer(postgres.database()) as database:
        store, connection = PostgresIngestStore(database), database._connection.pgconn
        if pipelined:
            connection.enter_pipeline_mode()
        connection.send_query_params(b"SELECT 1", None)
        assert store.write(a_batch(an_event(1))).events == 1


def test_the_same_batch_is_counted_once_and_one_with_the_same_content_again(postgres: Postgres) -> None:
    with opening.writer(postgres.database()) as database:
        store, batch = PostgresIngestStore(database), batch_of_all_kinds()
        store.write(a_batch(an_event(1), an_event(2)))
        for _ in range(3):
            store.write(batch)
        assert store.dead_letters.counters() == COUNTED
        store.write(batch_of_all_kinds())
        assert store.dead_letters.counters()[DEAD_LETTERS] == 2 * COUNTED[DEAD_LETTERS]


def test_what_is_noted_of_processes_that_ended_is_forgotten(postgres: Postgres) -> None:
    place = postgres.database()
    with opening.writer(place) as database:
        for _ in range(3):
            PostgresIngestStore(database).write(a_batch())
        assert postgres.execute("SELECT count(*) FROM last_batches", place.name) == [(3,)]
        postgres.execute("UPDATE last_batches SET noted_at = noted_at - interval '2 days'", place.name)
        PostgresIngestStore(database).write(a_batch())
        assert postgres.execute("SELECT count(*) FROM last_batches", place.name) == [(1,)]
