"""A simulated device answers commands by the rules of every device, and tells that it is simulated."""

from datetime import timedelta
from typing import Any

import pytest
from fer_simulator.devices.commands import KEPT as KEPT_REPLIES
from fer_simulator.devices.journal import KEPT, Journal
from fer_simulator.traits.faults import OFFLINE, SLOW
from fer_wire import Command, Reply, parse
from fer_wire.commands import DIAGNOSE, DOCTOR, LOGS, RESTART, WARNING, Diagnosis
from fer_wire.device.commands import BEGAN_ANEW, BY_A_STRANGER, DIED_BEFORE, REPLY_IS_GONE, UNSIGNED
from fer_wire.device.trust import Trust, one_key
from simulated_device import DEVICE, FACTORY, QUIET, START, SimulatedDevice

TRUST = Trust(one_key("A" * 43 + "="), lambda _public, _signature, _message: False)


class Asked:
    """A device, and what it replied."""

    def __init__(self, *faults: str, **options: Any) -> None:
        self.replies: list[Reply] = []
        self.device = SimulatedDevice(*faults, **options)
        self.device.broker.hear(self._hear)

    def ask(self, kind: str, number: int = 1, /, **changes: Any) -> None:
        """A command arrives; nothing else happens yet."""
        now = self.device.timers.time()
        fields = {
            "command": f"{number:032x}", "device": DEVICE, "kind": kind, "issued": now,
            "expires": now + timedelta(minutes=2), **changes,
        }  # fmt: skip
        payload = Command.model_validate(fields).payload()
        self.device.broker.publish(self.device.topics.command(DEVICE), payload, retain=False)
        self.device.pass_s(0)

    def diagnosis(self, kind: str) -> Diagnosis:
        """What it finds."""
        self.ask(kind)
        self.device.pass_s(1)
        (reply,) = self.replies
        assert (reply.outcome, reply.run) == ("done", self.device.device.session.run)
        assert reply.diagnosis is not None
        return reply.diagnosis

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(each.outcome, each.reason) for each in self.replies]

    def _hear(self, topic: str, payload: bytes) -> None:
        if topic == self.device.topics.reply(DEVICE):
            self.replies.append(parse(Reply, payload))


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_the_doctor_says_that_it_is_simulated_and_what_it_was_drawn_to_be() -> None:
    findings = {each.check: each for each in Asked(SLOW).diagnosis(DOCTOR).findings}
    assert "It is simulated as nano" in findings["device"].found
    assert (findings["faults"].state, findings["faults"].found) == (WARNING, "It was drawn to be slow.")
    assert FACTORY.model in findings["models"].found


def test_the_log_tells_of_runs_and_updates(asked: Asked) -> None:
    first = asked.device.device.session.run
    asked.device.order(asked.device.offer("1.1.0"))
    asked.device.pass_s(30)
    log = "\n".join(asked.diagnosis(LOGS).log)
    assert f"The agent runs as {first}." in log
    assert "The update is committed." in log


def test_a_diagnosis_is_whole() -> None:
    from dataclasses import replace

    asked = Asked(scenario=replace(QUIET, telemetry_s=1.0))
    asked.device.pass_s(5)
    found = asked.diagnosis(DIAGNOSE)
    assert found.findings
    assert found.log
    assert set(found.versions) == {"fer-simulator", "fer-wire", "Python"}
    assert found.telemetry is not None
    assert found.settings.startswith("# Those that were set from afar")


def test_the_run_after_a_restart_is_its_answer(asked: Asked) -> None:
    first = asked.device.device.session.run
    asked.ask(RESTART)
    asked.device.pass_s(1)
    assert asked.outcomes == [("done", BEGAN_ANEW)]
    assert asked.replies[0].run == asked.device.device.session.run != first
    assert asked.device.device.crashes == 0


def test_who_dies_before_it_is_done_says_so_and_does_not_do_it_again(asked: Asked) -> None:
    asked.ask(DOCTOR)
    asked.device.device.die()
    asked.device.until_online()
    asked.device.pass_s(5)
    assert asked.outcomes == [("failed", DIED_BEFORE)]


def test_a_command_that_comes_again_is_answered_again_and_not_done_again(asked: Asked) -> None:
    for _ in range(3):
        asked.ask(RESTART)
        asked.device.pass_s(1)
    assert asked.outcomes == [("done", BEGAN_ANEW)] * 3
    assert len({each.run for each in asked.replies}) == 1


def test_what_a_device_cannot_say_while_it_is_away_it_says_when_it_is_back(asked: Asked) -> None:
    asked.ask(DOCTOR)
    asked.device.device.session.cut()
    asked.device.pass_s(1)
    assert not asked.replies
    asked.device.device.session.come_back()
    asked.device.pass_s(0)
    assert [outcome for outcome, _ in asked.outcomes] == ["done"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"device": "sim-0002"}, "It is for sim-0002, and this is sim-0001."),
        ({"kind": "dance"}, "This agent does not know 'dance'"),
        ({"issued": START - timedelta(hours=2), "expires": START - timedelta(hours=1)}, "It expired at"),
    ],
)
def test_what_no_device_takes_it_refuses(asked: Asked, changes: dict[str, Any], why: str) -> None:
    asked.ask(DOCTOR, **changes)
    ((outcome, reason),) = asked.outcomes
    assert outcome == "refused"
    assert why in reason


@pytest.mark.parametrize(("signature", "why"), [("", UNSIGNED), ("A" * 86 + "==", BY_A_STRANGER)])
def test_a_device_with_keys_takes_proven_commands_alone(signature: str, why: str) -> None:
    asked = Asked(trust=TRUST)
    asked.ask(DOCTOR, signature=signature)
    assert asked.outcomes == [("refused", why)]


def test_one_more_than_can_be_remembered_is_refused(asked: Asked) -> None:
    for number in range(65):
        asked.ask(DOCTOR, number)
    asked.device.pass_s(1)
    outcomes = [outcome for outcome, _ in asked.outcomes]
    assert (outcomes.count("done"), outcomes.count("refused")) == (64, 1)


def test_a_reply_that_is_not_remembered_any_more_is_not_made_up(asked: Asked) -> None:
    for number in range(KEPT_REPLIES + 1):
        asked.ask(LOGS, number)
        asked.device.pass_s(1)
    asked.replies.clear()
    asked.ask(LOGS, 0)
    asked.ask(LOGS, KEPT_REPLIES)
    assert asked.outcomes == [("failed", REPLY_IS_GONE), ("done", "")]


def test_a_journal_keeps_the_last_lines_of_an_hour() -> None:
    journal = Journal()
    for minute in range(KEPT * 2):
        journal.note(START + timedelta(minutes=minute), f"line {minute}")
    lines = journal.hour_before(START + timedelta(minutes=KEPT * 2))
    assert len(lines) == 59
    assert lines[-1].endswith(f"line {KEPT * 2 - 1}")


def test_an_offline_device_is_told_when_it_is_back() -> None:
    asked = Asked(OFFLINE)
    for number in range(60):
        asked.ask(DOCTOR, number)
        asked.device.pass_s(1)
    asked.device.pass_s(60)
    assert 0 < len([outcome for outcome, _ in asked.outcomes if outcome == "done"]) <= 60
