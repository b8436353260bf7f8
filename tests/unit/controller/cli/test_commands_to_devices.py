"""`devices restart`, `doctor`, `logs`, `diagnose`: what is printed of each end, and the exit status."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from commands import ran
from fer_controller.cli import commands as cli
from fer_controller.cli import run
from fer_controller.store import opening
from fer_controller.store.commands.records import ANSWER, FAIL, REFUSE, SEND, Move
from fer_controller.store.devices.records import Device
from fer_controller.store.subjects import Subjects
from fer_wire.commands import Diagnosis, Finding
from fer_wire.message import iso_utc

DEVICE = "nano-01"
FINDINGS = (
    Finding(check="disk", state="ok", found="9120 MB free"),
    Finding(check="camera", state="failed", found="reopening", remedy="\x1b[2JPlug it in."),
)
FOUND = Diagnosis(findings=FINDINGS, log=("a\x1b[2Jb",), left_out=7)


class Answering:
    """Stands for controller and device: it settles whatever is asked in the way that it is told."""

    def __init__(self, db: Path) -> None:
        self._db, self._ending = db, False
        self.move = Move(ANSWER, "", "run-2", "", FOUND.model_dump_json())
        self._thread = Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._ending = True
        self._thread.join()

    def _run(self) -> None:
        with opening.writer(self._db) as database:
            known = Subjects(database)
            while not self._ending:
                for command in known.commands.to_attend(10):
                    at = iso_utc(datetime.now(UTC))
                    known.commands.move(command.id, Move(SEND, at))
                    known.commands.move(command.id, Move(self.move.event, at, *_said(self.move)))


def _said(move: Move) -> "tuple[str, str, str]":
    return move.run, move.reason, move.diagnosis


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cli, "LOOK_EVERY_S", 0.01)
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        Subjects(database).devices.put([Device(DEVICE, "online"), Device("nano-02", "online")])
    return tmp_path / "fleet.db"


@pytest.fixture
def answering(db: Path) -> Iterator[Answering]:
    made = Answering(db)
    yield made
    made.end()


def devices(db: Path, *words: str) -> Any:
    return ran(run, ["devices", *words, "--db", str(db)])


@pytest.mark.usefixtures("answering")
def test_agents_that_run_anew_are_told_with_their_runs(db: Path) -> None:
    done = devices(db, "restart", DEVICE, "nano-02")
    assert (done.returncode, done.stdout) == (0, "nano-01 runs anew: run-2.\nnano-02 runs anew: run-2.\n")
    listed = devices(db, "commands", "--json")
    assert [json.loads(line)["state"] for line in listed.stdout.splitlines()] == ["answered", "answered"]


@pytest.mark.parametrize(("event", "state"), [(REFUSE, "refused"), (FAIL, "failed")])
def test_who_refuses_or_fails_is_told_with_the_reason(db: Path, answering: Answering, event: str, state: str) -> None:
    answering.move = Move(event, "", "run-1", "Because \x1b[2Jso.")
    done = devices(db, "restart", DEVICE)
    assert (done.returncode, done.stdout) == (1, f"nano-01: restart is {state}. Because \\x1b[2Jso.\n")
    for kind in ("doctor", "logs"):
        done = devices(db, kind, DEVICE)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"nano-01: {kind} is {state}. Because \\x1b[2Jso.\n"


@pytest.mark.usefixtures("answering")
def test_the_doctor_s_table_commands_no_terminal_and_fails_where_something_does(db: Path) -> None:
    done = devices(db, "doctor", DEVICE)
    assert done.returncode == 1
    assert r"\x1b[2JPlug it in." in done.stdout
    assert "\x1b" not in done.stdout
    found = devices(db, "doctor", DEVICE, "--json")
    assert [json.loads(line) for line in found.stdout.splitlines()] == [each.model_dump() for each in FINDINGS]


@pytest.mark.usefixtures("answering")
def test_the_log_is_printed_line_by_line_and_what_is_left_out_is_counted(db: Path) -> None:
    done = devices(db, "logs", DEVICE)
    assert (done.returncode, done.stdout) == (0, "a\\x1b[2Jb\n")
    assert done.stderr == "7 older lines of that hour are left out.\n"


@pytest.mark.usefixtures("answering")
def test_a_diagnosis_is_a_file_of_ours_alone(db: Path, tmp_path: Path) -> None:
    done = devices(db, "diagnose", DEVICE, "--out", str(tmp_path / "found.json"))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "found.json").read_text()) == FOUND.model_dump(mode="json")
    assert (tmp_path / "found.json").stat().st_mode & 0o077 == 0


def test_where_no_file_can_be_nobody_is_asked(db: Path, tmp_path: Path) -> None:
    for out, why in ((tmp_path / "none" / "a.json", "No such file or directory"), (tmp_path, "it is there, and is no")):
        done = devices(db, "diagnose", DEVICE, "--out", str(out))
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{out} cannot be written: {why}" in done.stderr
    with opening.reader(db) as database:
        assert Subjects(database).commands.newest("", 10) == []


def test_what_does_not_answer_leaves_no_file(db: Path, answering: Answering, tmp_path: Path) -> None:
    answering.move = Move(REFUSE, "", "run-1", "No.")
    assert devices(db, "diagnose", DEVICE, "--out", str(tmp_path / "found.json")).returncode == 1
    assert list(tmp_path.glob("*found.json*")) == []


def test_without_a_controller_it_is_told_that_none_has_sent_it(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "LATEST", cli.LATEST * 0)
    done = devices(db, "restart", DEVICE, "--expires", "1s")
    assert (done.returncode, done.stdout) == (
        1, "nano-01: restart is asked. No controller has sent it; is one running, with the role ingest?\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("restart", "ghost"), "No device 'ghost' was ever heard of or enrolled"),
        (("logs", DEVICE, "--expires", "2d"), "--expires 2d is too long; at most 1d are possible."),
        (("logs", DEVICE, "--expires", "soon"), "--expires 'soon' is not a duration"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(db: Path, words: "tuple[str, ...]", sentence: str) -> None:
    done = devices(db, *words)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.replace("│", " ").split())
    with opening.reader(db) as database:
        assert Subjects(database).commands.newest("", 10) == []
