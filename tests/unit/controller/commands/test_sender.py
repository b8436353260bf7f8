from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fer_controller.commands import asking
from fer_controller.commands.sender import AGAIN_AFTER_S, GRACE, LOOK_EVERY_S, Sender
from fer_controller.desk import revoking
from fer_controller.errors import RequestError
from fer_controller.registry import signing
from fer_controller.rollout.audit import RUNNER
from fer_controller.rollout.desired.seal import Seal
from fer_controller.store import opening
from fer_controller.store.commands.records import ANSWER, ANSWERED, EXPIRED, REFUSED, SENT, Move
from fer_controller.store.devices.records import Device
from fer_controller.store.subjects import Subjects
from fer_wire import Command, Topics, parse
from fer_wire.commands import LOGS, RESTART
from fer_wire.device.commands import refusal, unproven
from fer_wire.device.trust import Trust, one_key
from fer_wire.message import iso_utc

DEVICE = "nano-01"
START = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOLDS_S = 120.0


class World:
    """A database, a key, and a sender whose time passes when it is told to."""

    def __init__(self, folder: Path, known: Subjects) -> None:
        self.folder, self.known, self.now, self.clock_s = folder, known, START, 0.0
        known.devices.put([Device(DEVICE, "online")])
        signing.make_keys(folder)
        self.reborn()

    def reborn(self, folder: Path | None = None) -> None:
        """Another controller, perhaps without keys."""
        seal = Seal(folder or self.folder, (), 30.0)
        seal.look()
        self.sender = Sender(self.known, Topics(), seal, lambda: self.now, lambda: self.clock_s)

    def ask(self, kind: str = RESTART, device: str = DEVICE) -> str:
        return asking.ask(self.known, device, kind, "alice", self.now, HOLDS_S).id

    def pass_s(self, seconds: float) -> "list[tuple[str, bytes]]":
        """Time passes; returns what is said then."""
        self.now += timedelta(seconds=seconds)
        self.clock_s += seconds
        return self.sender.messages()

    def state(self, command: str) -> str:
        found = self.known.commands.of(command)
        return found.state if found else ""

    @property
    def audit(self) -> "list[tuple[str, str]]":
        return [(each.actor, each.sentence) for each in self.known.audit.newest(100)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield World(tmp_path / "fleet.models", Subjects(database, "10.0.0.1"))


def test_what_is_asked_is_said_at_once_signed_for_its_device(world: World) -> None:
    command = world.ask()
    ((topic, payload),) = world.pass_s(1)
    said = parse(Command, payload)
    trust = Trust(one_key(signing.signer(world.folder).public), signing.verifies)
    assert topic == "fer/v1/nano-01/command"
    assert (unproven(said, payload, trust), refusal(said, DEVICE, world.now)) == ("", "")
    assert (said.command, said.kind, said.expires) == (command, RESTART, START + timedelta(seconds=HOLDS_S))
    assert world.state(command) == SENT


def test_it_is_said_again_until_the_device_answers(world: World) -> None:
    command = world.ask()
    said = [len(world.pass_s(1)) for _ in range(int(2 * AGAIN_AFTER_S) + 1)]
    assert sum(said) == 3
    world.known.commands.move(command, Move(ANSWER, iso_utc(world.now), "run-2"))
    assert [world.pass_s(AGAIN_AFTER_S) for _ in range(3)] == [[], [], []]
    assert world.state(command) == ANSWERED


def test_a_controller_that_dies_goes_on_where_it_was(world: World) -> None:
    world.ask()
    world.pass_s(1)
    world.reborn()
    assert len(world.pass_s(1)) == 1


def test_who_does_not_answer_in_time_is_not_told_any_more_and_it_expires_a_little_later(world: World) -> None:
    command = world.ask()
    world.pass_s(1)
    assert world.pass_s(HOLDS_S) == []
    assert world.state(command) == SENT
    world.pass_s(GRACE.total_seconds())
    assert world.state(command) == EXPIRED
    world.pass_s(1)
    world.pass_s(1)
    assert world.audit == [
        ("alice", "alice asks nano-01: restart; it holds until 2026-11-30T12:02:00.000Z."),
        (RUNNER, "What alice asked of nano-01 (restart) is expired: The device did not answer in time."),
    ]


def test_the_audit_log_has_the_answer_once(world: World) -> None:
    command = world.ask(LOGS)
    world.pass_s(1)
    world.known.commands.move(command, Move(ANSWER, iso_utc(world.now), "run-1"))
    for _ in range(3):
        world.pass_s(1)
    assert world.audit[1:] == [(DEVICE, "What alice asked of nano-01 (logs) is answered.")]
    assert world.known.audit.newest(1)[0].numbers == f'{{"command": "{command}"}}'


def test_without_a_key_it_is_refused_with_the_remedy(world: World, tmp_path: Path) -> None:
    world.reborn(tmp_path / "nowhere")
    command = world.ask()
    assert world.pass_s(1) == []
    found = world.known.commands.of(command)
    assert found is not None
    assert found.state == REFUSED
    assert "fer-controller models keygen" in found.reason


def test_between_two_looks_the_database_is_left_alone(world: World) -> None:
    assert world.pass_s(1) == []
    world.ask()
    assert world.pass_s(LOOK_EVERY_S / 2) == []
    assert len(world.pass_s(LOOK_EVERY_S)) == 1


def test_what_was_asked_of_a_device_that_is_revoked_is_asked_no_more(world: World) -> None:
    command = world.ask()
    revoking.revoke(world.known, DEVICE, "bob", world.now)
    assert world.pass_s(AGAIN_AFTER_S) == []
    assert world.state(command) == EXPIRED
    with pytest.raises(RequestError, match="is revoked"):
        world.ask()


def test_one_device_has_so_many_commands_before_it_and_no_more(world: World) -> None:
    for _ in range(asking.MOST_OPEN):
        world.ask()
    with pytest.raises(RequestError, match="8 commands before it"):
        world.ask()


def test_what_no_device_knows_is_not_asked(world: World) -> None:
    with pytest.raises(RequestError, match="No device knows the command 'defrost'"):
        world.ask("defrost")
    assert world.audit == []
