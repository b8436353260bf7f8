"""What devices say of themselves commands no terminal and forges no line of a log."""

import io
import json
import logging
from pathlib import Path

import pytest
from commands import ran
from controller_messages import AT, DEVICE, START, an_event, some_telemetry
from fer_controller import cli
from fer_controller.cli.serve import JsonLines
from fer_wire.log_lines import LogLines
from fer_wire.printable import LINE_CHARACTERS, one_line, printable
from hostile_fleet import HostileFleet
from hypothesis import given
from hypothesis import strategies as st

CLEAR, TITLE, CSI, TURNED = "\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\u202e"
CODES = CLEAR + TITLE + CSI + TURNED
BREAK = "\r\n2026-01-31 INFO forged"


def harmless(text: str) -> bool:
    return not any(each in text for each in (*"\x1b\x07\x9b\r", TURNED))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    fleet = HostileFleet(tmp_path / "fleet.db")
    event = an_event(1, epoch="e", model=CODES, kind="x" + CLEAR, emotion="y" + CSI)
    camera = some_telemetry().cameras[0].model_copy(update={"error": CODES + BREAK, "state": CSI})
    telemetry = some_telemetry().model_copy(update={"cameras": (camera,), "provider": CODES})
    fleet.take_messages(event, telemetry, now=START)
    with_reason = "UPDATE devices SET reason = :codes, agent_version = :codes"
    fleet.as_of_old(with_reason, codes=CODES)
    return fleet.db


@pytest.mark.parametrize("json_", [(), ("--json",)])
@pytest.mark.parametrize("command", ["events", "telemetry", "cameras", "devices", "dead-letters"])
def test_no_command_prints_what_a_terminal_obeys(db: Path, command: str, json_: "tuple[str, ...]") -> None:
    done = ran(cli.run, [command, "--db", str(db), *json_])
    assert done.returncode == 0, done.stderr
    assert harmless(done.stdout)
    for line in done.stdout.splitlines() if json_ else ():
        json.loads(line)


def test_json_keeps_what_was_said(db: Path) -> None:
    (event,) = ran(cli.run, ["events", "--db", str(db), "--json"]).stdout.splitlines()
    assert json.loads(event)["model"] == CODES


def logged(sentence: str, *, fault: "Exception | None" = None) -> str:
    """The line that the log has of it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LogLines("%(levelname)s %(message)s"))
    failed = (type(fault), fault, None) if fault else None
    record = logging.LogRecord(DEVICE, logging.WARNING, "", 0, "%s", (sentence,), failed)
    handler.emit(record)
    return stream.getvalue()


def test_a_line_of_the_log_stays_one_line_and_speaks_to_no_terminal() -> None:
    line = logged(f"{DEVICE} said {CODES}{BREAK}")
    assert harmless(line)
    assert line.splitlines() == [line.removesuffix("\n")]
    assert line.startswith(f"WARNING {DEVICE} said \\x1b[2J")


def test_a_line_of_the_log_has_a_bound() -> None:
    assert len(logged("x" * 1_000_000)) <= LINE_CHARACTERS + len("WARNING \n")


def test_a_traceback_keeps_its_lines_and_loses_its_escape_codes() -> None:
    lines = logged("it failed", fault=ValueError(CODES))
    assert harmless(lines)
    assert len(lines.splitlines()) == 2


def test_a_log_of_json_lines_is_bounded_and_harmless_too() -> None:
    record = logging.LogRecord(DEVICE, logging.WARNING, "", 0, CODES + BREAK, None, None)
    line = JsonLines().format(record)
    assert harmless(line)
    assert harmless(json.loads(line)["message"])
    assert AT[:2] in line


@given(st.text())
def test_any_text_becomes_one_harmless_line(text: str) -> None:
    assert harmless(printable(text))
    assert len(one_line(text).splitlines()) <= 1
