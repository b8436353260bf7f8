"""Where only enrolled devices are taken in, whoever may write below the prefix invents none."""

from pathlib import Path

import pytest
from commands import ran
from controller_messages import DEVICE, START, a_birth, an_event, delivered, no_peers, some_telemetry
from controller_process import ControllerProcess, eventually
from controller_process import Device as Sender
from fer_controller.cli import run
from fer_controller.errors import StoreUnavailable
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.newcomers import LOOK_EVERY_S, Newcomers
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.operations.fleet import DEAD_LETTERS, DEVICES, DeadLettersQuery
from fer_controller.operations.operation import DevicesQuery
from fer_controller.registry import tokens
from fer_controller.store import opening
from fer_controller.store.certificates import records
from fer_controller.store.certificates.records import Issued
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.subjects import Subjects
from fer_wire import Message, Topics
from fer_wire.names import PROGRAMS
from hostile_fleet import HostileFleet
from real_broker import Mosquitto

STRANGER = "wallboard"


def taken(db: Path, *messages: Message) -> "tuple[list[str], list[str]]":
    """The devices that are known after these messages, and the reasons of the dead letters."""
    with opening.writer(db, create=True) as database:
        store = IngestStore(database)
        streams = Streams((), store.events.seqs_above, 100)
        newcomers = Newcomers(store.devices.enrolled)
        ingest = Ingest(
            store, Topics(), streams, Fleet(store.devices.all()), no_peers(), lambda: START, newcomers=newcomers
        )
        ingest.write(ingest.read([delivered(each) for each in messages]))
        known = Subjects(database)
        return [each.device for each in known.devices.all()], [each.reason for each in known.dead_letters.newest(99)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_fleet_is_no_device_whatever_the_broker_lets_through(tmp_path: Path, program: str) -> None:
    fleet = HostileFleet(tmp_path / "fleet.db")
    fleet.take_messages(a_birth(device=program), an_event(1, device=program), some_telemetry(program), an_event(1))
    with fleet.desk() as desk:
        assert [each.device for each in desk.ask(DEVICES, DevicesQuery())] == [DEVICE]
        letters = desk.ask(DEAD_LETTERS, DeadLettersQuery())
    assert ["is a login of a program" in each.reason for each in letters] == [True] * 3


def test_a_login_that_is_not_enrolled_invents_no_device(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    with opening.writer(db, create=True) as database:
        tokens.make(Subjects(database).tokens, DEVICE)
    messages = [a_birth(device=STRANGER), an_event(1, device=STRANGER), some_telemetry(STRANGER), an_event(1)]
    known, reasons = taken(db, *messages)
    assert known == [DEVICE]
    assert len(reasons) == 3
    assert all(f"{STRANGER} is not enrolled" in reason for reason in reasons)


def test_a_certificate_takes_in_as_a_token_does(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    with opening.writer(db, create=True) as database:
        certificates = Subjects(database).certificates
        for serial, device in (("01", DEVICE), ("02", STRANGER)):
            certificates.add(Issued(serial, device, records.DEVICE, "2026-01-01", "2027-01-01", "root@here"))
        certificates.revoke(STRANGER, "2026-01-02")
    known, _ = taken(db, an_event(1), an_event(1, device=STRANGER))
    assert known == [DEVICE]


def test_a_device_that_was_known_before_stays(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    with opening.writer(db, create=True) as database:
        store = IngestStore(database)
        ingest = Ingest(
            store, Topics(), Streams((), store.events.seqs_above, 100), Fleet(()), no_peers(), lambda: START
        )
        ingest.write(ingest.read([delivered(an_event(1))]))
    assert taken(db, an_event(2)) == ([DEVICE], [])


def test_who_is_enrolled_is_looked_up_once_a_second_and_stays_so_while_the_database_is_busy() -> None:
    now_s, looks = [0.0], 0
    answers: list[set[str] | None] = [set(), None, {DEVICE}]

    def look() -> "set[str]":
        nonlocal looks
        looks += 1
        found = answers.pop(0)
        if found is None:
            raise StoreUnavailable("locked")
        return found

    newcomers = Newcomers(look, lambda: now_s[0])
    for _ in range(50):
        with pytest.raises(Exception, match="not enrolled"):
            newcomers.expect(DEVICE)
    assert looks == 1
    now_s[0] += LOOK_EVERY_S
    with pytest.raises(Exception, match="not enrolled"):
        newcomers.expect(DEVICE)
    newcomers.expect(DEVICE)
    assert looks == 3


def test_what_a_device_sent_before_it_was_enrolled_is_stored_afterwards(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_INGEST__NEWCOMERS", "enrolled")
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url)
    device = Sender(mosquitto.port)
    controller.until_connected()
    try:
        device.reconnect()
        device.observe(3)
        eventually(lambda: controller.query("SELECT 1 FROM dead_letters"), "it is refused")
        assert controller.query("SELECT count(*) FROM devices") == [(0,)]
        assert ran(run, ["enroll", DEVICE, "--db", str(controller.db)]).returncode == 0
        device.flush()
        assert controller.query("SELECT count(*) FROM events") == [(device.last_seq,)]
    finally:
        device.close()
        controller.kill()
