"""What a device replies is its own, is asked for, and fills nothing; what commands it must come from the fleet."""

import json
from pathlib import Path

import pytest
from commands import ran
from controller_messages import DEVICE, START, a_birth, a_reply, delivered, raw
from fer_controller.cli import run
from fer_controller.commands import asking
from fer_controller.operations.commands import ASKED_COMMAND, CommandAnswer, CommandQuery
from fer_controller.operations.fleet import DEAD_LETTERS, DeadLettersQuery
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects
from fer_wire import Topics
from fer_wire.commands import LINE_CHARACTERS, LOGS, Diagnosis
from hostile_fleet import HostileFleet

MALLORY = "nano-02"
FLOOD = 2000


@pytest.fixture
def fleet(tmp_path: Path) -> HostileFleet:
    made = HostileFleet(tmp_path / "fleet.db")
    made.take_messages(a_birth(), a_birth(device=MALLORY), now=START)
    return made


def asked(fleet: HostileFleet, device: str = DEVICE) -> str:
    with opening.writer(fleet.db) as database:
        return asking.ask(Subjects(database), device, LOGS, "alice", START, 120.0).id


def found(fleet: HostileFleet, command: str) -> CommandAnswer:
    with fleet.desk() as desk:
        return desk.ask(ASKED_COMMAND, CommandQuery(command=command))


def test_a_device_answers_for_no_other(fleet: HostileFleet) -> None:
    command = asked(fleet)
    under_its_name = delivered(a_reply(command, MALLORY))
    under_another_s = raw(Topics().reply(MALLORY), a_reply(command, DEVICE).payload())
    fleet.take([under_its_name, under_another_s])
    assert found(fleet, command).state == "asked"
    with fleet.desk() as desk:
        (letter,) = desk.ask(DEAD_LETTERS, DeadLettersQuery())
    assert letter.reason == f"Reply: it names device {DEVICE}, but arrived on the topic of {MALLORY}."


def test_replies_that_nobody_asked_for_fill_neither_disk_nor_dead_letters(fleet: HostileFleet) -> None:
    before = fleet.db.stat().st_size
    lines = Diagnosis(log=("x" * LINE_CHARACTERS,) * 20)
    fleet.take([delivered(a_reply(f"{number:032x}", MALLORY, diagnosis=lines)) for number in range(FLOOD)])
    with opening.reader(fleet.db) as database:
        assert Subjects(database).commands.newest("", FLOOD) == []
    with fleet.desk() as desk:
        assert desk.ask(DEAD_LETTERS, DeadLettersQuery()) == []
    assert fleet.db.stat().st_size <= before + 65_536


def test_to_what_was_asked_one_answer_is_kept_whatever_follows(fleet: HostileFleet) -> None:
    command = asked(fleet)
    fleet.take([delivered(a_reply(command, reason=str(number))) for number in range(FLOOD)])
    answer = found(fleet, command)
    assert (answer.state, answer.reason) == ("answered", "0")


def test_a_reply_that_the_broker_had_kept_is_none(fleet: HostileFleet) -> None:
    command = asked(fleet)
    fleet.take([delivered(a_reply(command), retained=True)])
    assert found(fleet, command).state == "asked"


def test_what_a_device_found_commands_no_terminal(fleet: HostileFleet) -> None:
    command = asked(fleet)
    fleet.take([delivered(a_reply(command, outcome="refused", reason="\x1b[2Jall is well", diagnosis=None))])
    shown = ran(run, ["devices", "commands", "--db", str(fleet.db)])
    assert shown.returncode == 0, shown.stderr
    assert r"\x1b[2Jall is well" in shown.stdout
    assert "\x1b" not in shown.stdout
    listed = ran(run, ["devices", "commands", "--json", "--db", str(fleet.db)])
    assert json.loads(listed.stdout)["reason"] == "\x1b[2Jall is well"
