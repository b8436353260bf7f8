"""Several processes that are told of the same devices: what one of them says late overwrites nothing that is newer."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from controller_messages import DEVICE, START, a_birth, a_will, an_event, delivered, no_peers, some_telemetry
from fer_controller.ingest.devices import LOOK_EVERY_S, Fleet
from fer_controller.ingest.quotas import LOOK_EVERY, Quotas
from fer_controller.ingest.stored_streams import StoredStreams
from fer_controller.ingest.writer import Ingest
from fer_controller.settings import IngestSettings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Stream
from fer_controller.store.events.store import EventStore
from fer_controller.store.ingest.records import Written
from fer_wire import Message, Reported, Topics
from fer_wire.message import iso_utc
from real_postgres import Postgres

EPOCHS = 3 * LOOK_EVERY


class Process:
    """What one ingest process remembers, and its connection."""

    def __init__(self, database: Database) -> None:
        self.now, self.seconds = datetime(2026, 1, 31, 13, tzinfo=UTC), 0.0
        self.store, self.events = opening.ingest(database, 100), EventStore(database)
        self.streams = StoredStreams(self.events.streams)
        look = self.store.devices.all
        self.fleet = Fleet(look(), look=look, clock_s=lambda: self.seconds)
        quotas = Quotas(IngestSettings(epochs_a_day=EPOCHS), self.events.begun)
        self._ingest = Ingest(
            self.store, Topics(), self.streams, self.fleet, no_peers(), clock=lambda: self.now, quotas=quotas
        )

    def hear(self, *messages: Message) -> Written:
        """They arrive in one batch, a second after those before."""
        self.now += timedelta(seconds=1)
        return self._ingest.write(self._ingest.read([delivered(each) for each in messages]))

    @property
    def row(self) -> Device:
        (device,) = self.store.devices.all()
        return device


@pytest.fixture
def processes(postgres: Postgres) -> Iterator[tuple[Process, Process]]:
    place = postgres.database()
    with ExitStack() as opened:
        yield tuple(  # type: ignore[misc]  # they are two
            Process(opened.enter_context(opening.writer(place))) for _ in range(2)
        )


def a_report(second: int, run: str = "run-1", version: str = "1") -> Reported:
    return Reported(device=DEVICE, run=run, time=START + timedelta(seconds=second), agent_version=version)


def test_a_late_process_brings_no_device_back_to_an_earlier_run(processes: tuple[Process, Process]) -> None:
    quick, late = processes
    said = (a_birth(), a_will(), a_birth("run-2", time=START + timedelta(seconds=5)))
    for each in said:
        quick.hear(each)
    for each in said:
        late.hear(each)
        assert (quick.row.state, quick.row.run) == ("online", "run-2")


def test_what_an_earlier_connection_left_behind_changes_nothing_whoever_hears_it(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    one.hear(a_birth(connection=1))
    one.hear(a_birth(connection=2))
    other.hear(a_will(connection=1))
    assert (one.row.state, one.row.connection) == ("online", 2)


def test_when_a_device_was_last_seen_never_goes_back(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.now += timedelta(minutes=1)
    one.hear(an_event(1))
    seen = one.row.last_seen
    other.hear(an_event(2))
    assert other.row.last_seen == seen == iso_utc(one.now)


def test_a_late_process_puts_no_earlier_report_in_place_of_a_later_one(processes: tuple[Process, Process]) -> None:
    quick, late = processes
    for second in range(3):
        quick.hear(a_report(second, version=str(second)))
    for second in range(3):
        late.hear(a_report(second, version=str(second)))
        assert quick.row.agent_version == "2"


def test_a_report_is_taken_whatever_a_clock_that_was_set_back_says(processes: tuple[Process, Process]) -> None:
    for said in (a_report(100, version="1"), a_report(3, version="2")):
        for each in processes:
            each.hear(said)
    assert processes[0].row.agent_version == "2"


def test_what_was_told_to_one_alone_stays_when_the_other_writes(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.hear(a_birth(agent_version="1.2.3"))
    one.hear(some_telemetry().model_copy(update={"time": one.now + timedelta(hours=2)}))
    other.hear(an_event(1))
    row = one.row
    assert (row.state, row.run, row.agent_version) == ("online", "run-1", "1.2.3")
    assert row.clock_offset_s == pytest.approx(7199, abs=1)


def test_an_ack_says_what_is_stored_whoever_stored_it(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.hear(an_event(1), an_event(2))
    written = other.hear(an_event(3))
    assert [each.contiguous_seq for each in written.streams] == [3]
    assert other.streams.ack((DEVICE, "epoch-a")).seq == 3


def test_an_ack_is_right_when_a_batch_is_written_again_that_was_committed(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.hear(an_event(1), an_event(2), an_event(3))
    written = other.hear(an_event(1), an_event(2), an_event(3))
    assert (written.events, written.redelivered) == (0, 3)
    assert [each.contiguous_seq for each in written.streams] == [3]


def test_epochs_of_a_device_are_bounded_whoever_takes_them(processes: tuple[Process, Process]) -> None:
    one, other = processes
    taken = [Stream(DEVICE, f"epoch-{number}", 1) for number in range(EPOCHS - LOOK_EVERY)]
    one.events.put_streams(taken, iso_utc(one.now))
    other.hear(*(an_event(1, epoch=f"other-{number}") for number in range(3 * LOOK_EVERY)))
    assert EPOCHS <= len(one.events.streams()) <= EPOCHS + LOOK_EVERY


def test_a_device_that_another_process_took_in_is_known(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.hear(a_birth())
    assert not other.fleet.knows(DEVICE)
    other.seconds += LOOK_EVERY_S
    assert other.fleet.knows(DEVICE)
