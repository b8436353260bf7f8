"""A real agent, a real Mosquitto and real HTTP: what an update does, and what is left when it is killed anywhere."""

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import BIN, DEVICE, until
from acceptance.updating import World
from fer_wire.reported import COMMITTED, DOWNLOADING, PROBATION, STAGED, VERIFIED
from real_broker import Mosquitto
from tiny_onnx import network
from unit.agent.update.artifact_server import Misbehaviour
from unit.agent.update.making import Release, Signer

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(300)]

OLD, NEW = "tiny@1.0.0/fp32", "tiny@2.0.0/fp32"
WRONG_ANSWERS = network(output_name="probabilities", classes=7).replace(b"Softmax", b"Sigmoid")
"""Keeps the contract, and fails the golden batch."""


@pytest.fixture
def world(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[World]:
    world = World(tmp_path, mosquitto)
    world.agent.start()
    until(lambda: world.operator.reports and world.operator.events, "the first report and event")
    yield world
    world.end()


def test_a_desired_state_is_served_committed_and_told_and_the_events_name_who_classified(world: World) -> None:
    assert world.operator.serves == OLD
    world.operator.order(world.new.desired(probation_s=2.0))
    world.await_state(COMMITTED)
    assert world.operator.states == [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
    last = world.operator.reports[-1]
    assert (world.operator.serves, last.previous) == (NEW, OLD)
    until(lambda: world.operator.events[-1].model == NEW, "an event of the new model")
    models = [event.model for event in world.operator.events]
    assert models == sorted(models)
    assert {OLD, NEW} == set(models)
    assert world.agent.stop() == 0
    world.agent.start()
    until(lambda: len({report.run for report in world.operator.reports}) == 2, "the report of the next run")
    assert world.operator.serves == NEW
    assert world.operator.states[-1] == COMMITTED
    world.said()


@pytest.mark.parametrize("state", [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED])
def test_kill_9_in_any_state_ends_on_the_new_model_and_one_always_serves(world: World, state: str) -> None:
    if state == DOWNLOADING:
        world.server.chunk_pause_s = 0.03
    obstacle = world.state / "models" / "slots.json.tmp"
    if state == STAGED:
        obstacle.mkdir()  # the step after this state cannot be saved
    world.operator.order(world.new.desired(probation_s=3.0))
    until(lambda: world.has_reached(state), state, 90)
    if state == DOWNLOADING:
        until(lambda: any(p.stat().st_size > 50_000 for p in world.state.glob("models/*.partial")), "some of the file")
    world.agent.kill()
    world.server.chunk_pause_s = 0.0
    if state == STAGED:
        obstacle.rmdir()
    world.agent.start()
    world.await_state(COMMITTED)
    assert world.operator.serves == NEW
    assert {report.running.model for report in world.operator.reports if report.running} <= {OLD, NEW}
    asked = world.server.asked(world.new.artifact().url)
    if state == DOWNLOADING:
        assert asked[-1]["Range"].startswith("bytes=")
    else:
        assert len(asked) == 1
    world.said()


def test_a_model_with_which_the_agent_dies_three_times_is_given_up(world: World) -> None:
    world.operator.order(world.new.desired(probation_s=600.0))
    world.await_state(PROBATION)
    for _ in range(3):
        runs = len({report.run for report in world.operator.reports})
        world.agent.kill()
        world.agent.start()
        until(lambda runs=runs: len({report.run for report in world.operator.reports}) > runs, "the next run")  # type: ignore[misc]
    world.await_state("rolled_back")
    update = world.operator.reports[-1].update
    assert update is not None
    assert update.reason == "The agent died 3 times with the new model (probation); it is not tried again."
    assert world.operator.serves == OLD
    assert world.slots()["trial"] is None
    world.said()


def test_a_model_that_a_stranger_signed_is_rejected_and_never_fetched(world: World) -> None:
    stranger = Signer(world.folder / "stranger")
    forged = Release(stranger, world.folder / "stranger", "2.0.0")
    world.serve(forged)
    world.operator.order(forged.desired())
    world.await_state("rejected")
    assert world.server.asked(forged.artifact().url) == []
    assert world.operator.serves == OLD


@pytest.mark.parametrize(
    ("wrong", "state", "sentence"),
    [
        (Misbehaviour(status=404), "failed", "the server answered 404"),
        (Misbehaviour(status=500), "failed", "cannot be fetched after 3 tries: the server answered 500"),
        (Misbehaviour(body=b"x" * 465_000), "rejected", "were promised"),
        (Misbehaviour(stall_after=8192), "failed", "the server fell silent"),
    ],
    ids=["404", "500", "another file", "stall"],
)
def test_a_server_that_cannot_deliver_ends_the_update_alone(
    world: World, wrong: Misbehaviour, state: str, sentence: str
) -> None:
    world.server.misbehaves = lambda path: wrong if "artifacts" in path else None
    world.operator.order(world.new.desired())
    world.await_state(state)
    update = world.operator.reports[-1].update
    assert update is not None
    assert sentence in update.reason
    seen = len(world.operator.events)
    until(lambda: len(world.operator.events) > seen, "more events")
    assert world.operator.serves == OLD
    world.said()


def test_a_disk_that_fills_up_in_mid_download_fails_the_update_and_the_next_attempt_succeeds(world: World) -> None:
    unlimited = resource.prlimit(world.agent.process_id, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    world.operator.order(world.new.desired())
    world.await_state("failed")
    update = world.operator.reports[-1].update
    assert update is not None
    assert "make room on the device" in update.reason
    assert world.operator.serves == OLD
    resource.prlimit(world.agent.process_id, resource.RLIMIT_FSIZE, unlimited)
    world.operator.order(world.new.desired(attempt=2, sequence=2))
    world.await_state(COMMITTED)
    world.said()


def test_a_model_that_answers_otherwise_than_where_it_was_made_is_rejected(world: World) -> None:
    bad = Release(world.signer, world.folder / "bad", "2.0.1", base=WRONG_ANSWERS)
    world.serve(bad)
    world.operator.order(bad.desired())
    world.await_state("rejected")
    update = world.operator.reports[-1].update
    assert update is not None
    assert "fails its golden batch" in update.reason
    assert world.operator.serves == OLD


def test_a_cancel_in_mid_download_and_a_later_order_are_obeyed(world: World) -> None:
    stalls = world.new.artifact().url
    world.server.misbehaves = lambda path: Misbehaviour(stall_after=100_000) if path == stalls else None
    world.operator.order(world.new.desired(sequence=1))
    world.await_state(DOWNLOADING)
    world.operator.say(b"")
    world.await_state("canceled")
    world.operator.order(world.new.desired(rollout="r2", sequence=2))
    world.await_state(DOWNLOADING)
    newest = Release(world.signer, world.folder, "3.0.0")
    world.serve(newest)
    world.operator.order(newest.desired(rollout="r3", sequence=3))
    world.await_state(COMMITTED)
    assert world.operator.states[:4] == [DOWNLOADING, "canceled", DOWNLOADING, "superseded"]
    assert world.operator.serves == "tiny@3.0.0/fp32"
    world.said()


def test_garbage_and_an_older_order_change_nothing(world: World) -> None:
    world.operator.order(world.new.desired(sequence=5, probation_s=0.0))
    world.await_state(COMMITTED)
    for payload in (b"{", b"null", b"\xff", world.factory.desired(rollout="old", sequence=4).payload()):
        world.operator.say(payload)
    until(lambda: world.said().count("passed over") >= 4, "four sentences")
    assert world.operator.states[-1] == COMMITTED
    assert world.operator.serves == NEW


def test_going_back_needs_no_download(world: World) -> None:
    world.operator.order(world.new.desired(sequence=1))
    world.await_state(COMMITTED)
    world.operator.order(world.factory.desired(sequence=2, attempt=2, url="", manifest_url=""))
    until(lambda: world.operator.serves == OLD and world.operator.state_is(COMMITTED)(), "the old model")
    assert world.server.asked(world.factory.artifact().url) == []


def test_the_models_command_shows_what_there_is_beside_the_running_agent(world: World) -> None:
    world.operator.order(world.new.desired())
    world.await_state(COMMITTED)
    command = [str(BIN / "fer-agent"), "models", "--device", DEVICE, "--state-dir", str(world.folder / "state")]
    shown = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert {kept["slot"]: kept["model"] for kept in shown["models"]} == {"current": NEW, "previous": OLD}
    assert shown["update"]["state"] == COMMITTED
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "current" in table
    assert "Last update: tiny@2.0.0/fp32, rollout r1, attempt 1: committed." in " ".join(table.split())
