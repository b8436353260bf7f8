import json
import logging
import threading
from datetime import timedelta
from pathlib import Path
from typing import List

import pytest
from fer_agent.errors import SpoolError, StateError
from fer_wire.commands import DIAGNOSE, DOCTOR, KINDS, LOGS, MOST_LINES, RESTART, Finding
from fer_wire.device.commands import DIED_BEFORE, REMEMBERED, REPLY_IS_GONE
from fer_wire.device.trust import NO_KEYS
from fer_wire.message import MAX_PAYLOAD_BYTES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.agent.commands.obeying import DEVICE, FINDING, Device, Killed
from unit.agent.update.making import Signer


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


def test_the_doctor_replies_what_it_found(device: Device) -> None:
    command, payload = device.asked(DOCTOR)
    assert device.take(payload) == ["done"]
    (reply,) = device.link.replies
    assert (reply.command, reply.device, reply.run) == (command.command, DEVICE, "run-1")
    assert reply.diagnosis is not None
    assert reply.diagnosis.findings == (FINDING,)
    assert (reply.diagnosis.log, reply.diagnosis.settings) == ((), "")


def test_a_diagnosis_has_all_of_it(device: Device) -> None:
    device.take(device.asked(DIAGNOSE)[1])
    found = device.link.replies[0].diagnosis
    assert found is not None
    assert (found.findings, found.log) == ((FINDING,), tuple(device.lines))
    assert (found.settings, found.versions) == ('device = "nano-01"\n', {"fer-agent": "0.1.0"})


@pytest.mark.parametrize("kind", [DOCTOR, LOGS, DIAGNOSE])
def test_no_secret_is_in_a_reply_wherever_it_came_from(device: Device, kind: str) -> None:
    device.lines = ["ERROR: rtsp://admin:geheim@door/live"]
    device.examined = lambda: [Finding(check="camera", state="failed", found="geheim", remedy="not geheim")]
    device.take(device.asked(kind)[1])
    assert b"geheim" not in device.link.replies[0].payload()
    assert b"***" in device.link.replies[0].payload()


def test_a_restart_ends_the_agent_and_the_next_run_replies(device: Device) -> None:
    command, payload = device.asked(RESTART)
    assert device.take(payload) == []
    assert device.restarts == 1
    device.begin()
    (reply,) = device.link.replies
    assert (reply.command, reply.outcome, reply.run) == (command.command, "done", "run-2")
    assert device.take(payload) == ["done", "done"]
    assert device.restarts == 1


@pytest.mark.parametrize("kind", KINDS)
def test_who_dies_before_it_is_noted_is_asked_again_and_does_it_once(device: Device, kind: str) -> None:
    _, payload = device.asked(kind)
    device.dies_when_saving(before=True)
    with pytest.raises(Killed):
        device.take(payload)
    device.begin()
    assert device.link.replies == []
    device.take(payload)
    if kind == RESTART:
        device.begin()
    assert device.outcomes == ["done"]
    assert device.restarts == (1 if kind == RESTART else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_who_dies_between_noting_and_acting_does_not_begin_again(device: Device, kind: str) -> None:
    _, payload = device.asked(kind)
    device.dies_when_saving(before=False)
    with pytest.raises(Killed):
        device.take(payload)
    device.begin()
    assert device.outcomes == (["done"] if kind == RESTART else ["failed"])
    assert device.restarts == 0
    device.take(payload)
    assert set(device.outcomes) == {"done" if kind == RESTART else "failed"}
    assert device.restarts == 0


def test_a_command_that_comes_again_is_done_once_and_replied_again(device: Device) -> None:
    _, payload = device.asked(LOGS)
    assert device.take(payload) == ["done"]
    asked: List[int] = []
    device.examined = lambda: asked.append(1) or []  # type: ignore[func-returns-value]
    assert device.take(payload) == ["done", "done"]
    assert device.link.replies[0] == device.link.replies[1]
    assert asked == []


def test_a_reply_that_went_with_its_run_is_said_to_be_gone(device: Device) -> None:
    _, payload = device.asked(LOGS)
    device.take(payload)
    device.begin()
    device.take(payload)
    assert [(each.outcome, each.reason) for each in device.link.replies] == [("failed", REPLY_IS_GONE)]


def test_a_command_under_way_is_not_refused_because_it_comes_again(device: Device) -> None:
    _, payload = device.asked(DOCTOR)
    device.commands.take(payload)
    device.commands.take(payload)
    assert device.outcomes == []
    device.work()
    assert device.outcomes == ["done"]


def test_a_stranger_s_command_is_refused_and_that_is_told(device: Device, tmp_path: Path) -> None:
    stranger, ours = Signer(tmp_path / "stranger"), device.signer
    device.signer = stranger
    _, payload = device.asked(RESTART)
    device.signer = ours
    assert device.take(payload) == ["refused"]
    assert "has signed it" in device.link.replies[0].reason
    assert device.restarts == 0


def test_an_unsigned_one_a_foreign_one_and_an_old_one_are_refused_and_that_is_told(device: Device) -> None:
    command, _ = device.asked(RESTART)
    _, foreign = device.asked(RESTART, device="nano-02")
    _, old = device.asked(RESTART)
    device.take(command.payload())
    device.take(foreign)
    device.now += timedelta(seconds=121)
    device.take(old)
    said = [each.reason for each in device.link.replies]
    assert device.outcomes == ["refused"] * 3
    assert said[:2] == ["It is not signed.", "It is for nano-02, and this is nano-01."]
    assert said[2].startswith("It expired at 2026-11-30T12:02:00.000Z")
    assert device.restarts == 0


def test_a_device_without_a_key_says_what_it_lacks(device: Device) -> None:
    device.trust = NO_KEYS
    device.take(device.asked(DOCTOR)[1])
    assert device.link.replies[0].reason.startswith("This device has no key to prove it with")


def test_an_old_command_that_was_done_is_passed_over_in_silence(device: Device) -> None:
    """Who replays what was said makes the device do nothing, and say nothing that the controller takes for news."""
    _, payload = device.asked(LOGS)
    device.take(payload)
    device.now += timedelta(days=1)
    assert device.take(payload) == ["done"]


def test_garbage_is_logged_and_stops_nothing(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    for payload in (b"", b"{", b"[]", b'{"command": "x"}', b"\xff" * 100):
        device.take(payload)
    assert len(caplog.messages) == 5
    assert device.take(device.asked(DOCTOR)[1]) == ["done"]


def test_a_fault_is_told_and_the_next_command_is_carried_out(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> "List[Finding]":
        raise SpoolError("The spool cannot be read.") if device.number == 1 else ValueError("ours")

    device.examined = broken
    device.take(device.asked(DOCTOR)[1])
    with caplog.at_level(logging.CRITICAL):
        device.take(device.asked(DOCTOR)[1])
    device.take(device.asked(LOGS)[1])
    assert [each.reason for each in device.link.replies] == [
        "The spool cannot be read.", "A fault of the agent (ValueError); its log says more.", "",
    ]  # fmt: skip


def test_nothing_is_begun_that_cannot_be_noted(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_ledger: object) -> None:
        raise StateError("Cannot write commands.json (No space left on device); make room there.")

    monkeypatch.setattr(device.commands._file, "save", full)
    assert device.take(device.asked(RESTART)[1]) == ["refused"]
    assert "No space left" in device.link.replies[0].reason
    assert device.restarts == 0


def test_an_agent_that_nobody_would_start_again_does_not_end(device: Device) -> None:
    device.starts_again = False
    device.begin()
    assert device.take(device.asked(RESTART)[1]) == ["refused"]
    assert "Nothing would start the agent again" in device.link.replies[0].reason


def test_too_many_commands_at_once_are_refused(device: Device) -> None:
    for _ in range(REMEMBERED):
        device.take(device.asked(LOGS)[1])
    device.take(device.asked(RESTART)[1])
    assert device.outcomes[-1] == "refused"
    assert device.restarts == 0


def test_a_ledger_that_cannot_be_read_begins_anew(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    (device.folder / "commands.json").write_bytes(b"\0{")
    device.begin()
    assert "commands.json cannot be read" in caplog.text
    assert device.take(device.asked(DOCTOR)[1]) == ["done"]


def test_of_a_long_log_the_newest_lines_are_sent_and_the_others_counted(device: Device) -> None:
    device.lines = [f"{number} {'x' * 100}" for number in range(3 * MOST_LINES)]
    device.take(device.asked(DIAGNOSE)[1])
    (reply,) = device.link.replies
    assert reply.diagnosis is not None
    assert len(reply.payload()) <= MAX_PAYLOAD_BYTES
    assert len(reply.payload()) > MAX_PAYLOAD_BYTES - 200
    assert reply.diagnosis.log[-1] == device.lines[-1]
    assert reply.diagnosis.left_out + len(reply.diagnosis.log) == len(device.lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=300), max_size=400))
def test_any_log_fits_into_a_message(device: Device, lines: "List[str]") -> None:
    device.begin()
    device.lines, device.number = [line.encode("utf-8", "replace").decode() for line in lines], device.number + 1
    device.now += timedelta(days=1)
    device.take(device.asked(LOGS)[1])
    reply = device.link.replies[-1]
    assert len(reply.payload()) <= MAX_PAYLOAD_BYTES
    assert json.loads(reply.payload())["outcome"] == "done"


def test_replies_of_an_earlier_run_say_that_it_ended(device: Device) -> None:
    device.commands.take(device.asked(DIAGNOSE)[1])
    device.begin()
    assert [(each.outcome, each.reason) for each in device.link.replies] == [("failed", DIED_BEFORE)]


def test_in_a_thread_of_its_own_it_is_carried_out_until_the_end(device: Device) -> None:
    done = threading.Event()
    device.examined = lambda: done.set() or [FINDING]  # type: ignore[func-returns-value]
    device.commands.start()
    device.commands.take(device.asked(DOCTOR)[1])
    assert done.wait(30)
    device.commands.stop()
    assert not device.commands._thread.is_alive()
