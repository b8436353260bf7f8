"""A PostgreSQL server as it is in real life: restarted, full, read-only, pooled, another program's, not there."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from arrivals import ALL, ANY, LATER
from controller_messages import AT, DEVICE, EPOCH, a_batch, an_event, as_arrived, some_telemetry
from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.events.records import Stream
from fer_controller.store.events.store import EventStore
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.measurements.records import Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.postgresql.forgetting import PartitionForgetting
from fer_controller.store.postgresql.ingest import PostgresIngestStore
from fer_controller.store.rollups.records import HOUR
from fer_controller.store.rollups.store import RollupStore
from real_broker import free_port
from real_pgbouncer import pooling
from real_postgres import OwnPostgres, Postgres, running

SECRET = "s3cret"  # noqa: S105 - what must not be seen
NEXT_DAY = "2026-02-01T00:00:00.000Z"


@pytest.fixture
def place(postgres: Postgres) -> PostgresUrl:
    return postgres.database()


@pytest.fixture
def own_server() -> Iterator[OwnPostgres]:
    """One that a test may stop."""
    with running() as server:
        yield server


@pytest.fixture
def pooled(postgres: Postgres, place: PostgresUrl) -> Iterator[PostgresUrl]:
    """The same database, through a pool in transaction mode."""
    with pooling(postgres) as pool:
        yield pool.url(place)


def test_a_server_that_restarts_is_waited_for_and_loses_nothing(own_server: OwnPostgres) -> None:
    place = own_server.database()
    with opening.writer(place) as writing, opening.reader(place) as reading:
        store, reader = PostgresIngestStore(writing), PostgresIngestStore(reading)
        store.write(a_batch(an_event(1)))
        own_server.stop()
        with pytest.raises(StoreUnavailable, match=r"cannot be reached|is restarting or shutting down"):
            store.write(a_batch(an_event(2)))
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            opening.reader(place)
        own_server.start()
        assert store.write(a_batch(an_event(1), an_event(2))) == Written(1, 1)
        assert reader.events.streams() == [Stream(DEVICE, EPOCH, 2)]


def test_a_server_that_became_a_standby_is_told_and_asked_for_its_successor(
    postgres: Postgres, place: PostgresUrl
) -> None:
    with opening.writer(place) as database:
        postgres.execute(f"ALTER DATABASE {place.name} SET default_transaction_read_only = on", "postgres")
        database.close()
        store = PostgresIngestStore(database)
        with pytest.raises(StoreUnavailable, match="is read-only: it is a standby"):
            store.write(a_batch(an_event(1)))
        postgres.execute(f"ALTER DATABASE {place.name} RESET default_transaction_read_only", "postgres")
        assert store.write(a_batch(an_event(1))) == Written(1, 0)


@contextmanager
def many_readers(place: PostgresUrl) -> Iterator[None]:
    with ExitStack() as opened:
        for _ in range(5):
            opened.enter_context(opening.reader(place))
        yield


def test_too_many_connections_pass(postgres: Postgres, place: PostgresUrl) -> None:
    postgres.execute(f"ALTER DATABASE {place.name} CONNECTION LIMIT 3", "postgres")
    postgres.execute("DROP ROLE IF EXISTS someone; CREATE ROLE someone LOGIN", "postgres")
    other = PostgresUrl(place.url.replace("fer@", "someone@"))
    postgres.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO someone", place.name)
    with ExitStack() as opened, pytest.raises(StoreUnavailable, match="has as many connections as it takes"):
        opened.enter_context(many_readers(other))


def test_a_role_that_may_not_is_told_what_it_lacks(postgres: Postgres, place: PostgresUrl) -> None:
    postgres.execute("DROP ROLE IF EXISTS nobody_at_all; CREATE ROLE nobody_at_all LOGIN", "postgres")
    other = PostgresUrl(place.url.replace("fer@", "nobody_at_all@"))
    with pytest.raises(StoreError, match=r"may not do this in .*permission denied.* let it own the schema"):
        opening.reader(other)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://fer:{secret}@127.0.0.1:{closed}/fleet", "cannot be reached"),
        ("postgresql://fer:{secret}@127.0.0.1:{port}/nowhere", "There is no database .*createdb"),
        ("postgresql://ghost:{secret}@127.0.0.1:{port}/postgres", "does not know the role"),
        ("postgresql://fer:{secret}@127.0.0.1:{port}/postgres?no_such=1", "is no URL that libpq understands"),
        ("postgresql://fer:{secret}@127.0.0.1:{port}/postgres", "There is no fleet in .* yet"),
        ("postgresql://fer@127.0.0.1:{port}/postgres?password={secret}", "There is no fleet in .* yet"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy_and_never_with_the_password(
    postgres: Postgres, url: str, sentence: str
) -> None:
    place = PostgresUrl(url.format(secret=SECRET, port=postgres.port, closed=free_port()))
    with pytest.raises(StoreError, match=sentence) as caught:
        opening.reader(place)
    assert SECRET not in str(caught.value) + repr(place) + str(place)


def test_the_tables_of_another_program_are_left_alone(postgres: Postgres) -> None:
    place = postgres.empty()
    postgres.execute("CREATE TABLE theirs (id bigint)", place.name)
    with pytest.raises(StoreError, match="has tables of another program"):
        opening.writer(place, create=True)


def test_a_newer_database_is_not_touched(postgres: Postgres, place: PostgresUrl) -> None:
    postgres.execute("INSERT INTO migrations (name) VALUES ('m999_tomorrow')", place.name)
    for opened in (opening.reader, opening.writer):
        with pytest.raises(StoreError, match=r"newer fer-controller .m999_tomorrow."):
            opened(place)


def test_a_database_of_another_encoding_is_refused(postgres: Postgres) -> None:
    postgres.execute(
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0", "postgres"
    )
    with pytest.raises(StoreError, match="stores texts as LATIN1; create it with `createdb --encoding=UTF8"):
        opening.writer(postgres.url("latin"), create=True)


def test_without_psycopg_it_is_said_what_to_install() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from fer_controller.settings import PostgresUrl\n"
        "from fer_controller.store import opening\n"
        "opening.reader(PostgresUrl('postgresql://here/fleet'))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "StoreError: PostgreSQL needs psycopg, which is not installed; run `pip install" in ran.stderr


def test_through_a_pool_each_transaction_has_all_it_needs(pooled: PostgresUrl) -> None:
    """There are fewer sessions than connections here, and each transaction gets another one."""

    def work(device: str) -> int:
        with opening.writer(pooled) as database:
            store = PostgresIngestStore(database)
            return sum(store.write(a_batch(an_event(seq, device))).events for seq in range(1, 20))

    with ThreadPoolExecutor(8) as workers:
        assert list(workers.map(work, [f"nano-{number:02}" for number in range(8)])) == [19] * 8
    with opening.reader(pooled) as looking, opening.reader(pooled) as all_:
        looking.confine_looks(["nano-03"])
        confined, whole = PostgresIngestStore(looking), PostgresIngestStore(all_)
        for _ in range(10):
            assert list(confined.events.stored()) == ["nano-03"]
            assert len(whole.events.stored()) == 8


def test_a_day_is_dropped_once_it_is_old_and_rolled_up_and_its_events_stay_known(place: PostgresUrl) -> None:
    with opening.writer(place) as database:
        store, rollups, forgetting = PostgresIngestStore(database), RollupStore(database), PartitionForgetting(database)
        store.write(a_batch(*(an_event(seq) for seq in (1, 2, 3, 5)), telemetry=[some_telemetry()]))
        assert (forgetting.forget_events(LATER, 0, ALL)[0], forgetting.forget_telemetry(LATER, ALL)) == (0, 0)
        rollups.roll_up_events(ALL)
        rollups.roll_up_telemetry(ALL)
        assert forgetting.forget_events(AT, 0, ALL) == (0, 0)
        assert forgetting.forget_events(NEXT_DAY, 0, ALL)[0] == 4
        assert forgetting.forget_telemetry(NEXT_DAY, ALL) == 1
        assert store.events.events_stored_after(ANY, 0, 10) == []
        assert rollups.events_forgotten_before() == NEXT_DAY
        events = as_arrived(*(an_event(seq) for seq in range(1, 7)), at=NEXT_DAY)
        store = PostgresIngestStore(database)
        assert store.write(Batch(NEXT_DAY, events=events)) == Written(2, 4)
        assert store.events.stored() == {DEVICE: 6}
        assert store.events.last_event_id() > 4
        rollups.roll_up_events(ALL)
        assert sum(each.events for each in rollups.emotion_rollups(HOUR, ANY, ALL)) == 6


def test_what_arrived_in_a_window_is_found_without_a_search_of_ids(
    place: PostgresUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opening.writer(place) as database:
        PostgresIngestStore(database).write(a_batch(an_event(1), an_event(2, kind="end")))
        monkeypatch.setattr(EventStore, "first_arrived", None)
        windows = [Window(DEVICE, AT, LATER), Window("nano-02", AT, LATER)]
        (found,) = MeasurementStore(database).track_emotions(windows)
    assert (found.device, found.events) == (DEVICE, 1)
