"""A real agent whose faces are found by models: they are updated, returned from and refused like the classifier."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.fleet import until
from acceptance.updating import World
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, SETTINGS, TASKS
from fer_wire.reported import COMMITTED, DOWNLOADING, PROBATION, STAGED, VERIFIED, Reported, Update
from real_broker import Mosquitto
from unit.agent.update.making import Release, Signer

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(300)]

CLASSIFIES, MARKS = "tiny@1.0.0/fp32", "tiny-landmarker@1.0.0/fp32"
OLD, NEW = "tiny-finder@1.0.0/fp32", "tiny-finder@2.0.0/fp32"
SURE = "0.99"
"""A tiny finder is half sure of everything."""


class Seeing(World):
    """A device with a tiny finder and a tiny landmarker, and a release of a finder."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        signer = Signer(folder / "eyes")
        first = {task: Release(signer, folder / task, "1.0.0", task=task) for task in (FINDER, LANDMARKER)}
        super().__init__(
            folder,
            broker,
            FER_AGENT_FACES__FINDER="zoo",
            FER_AGENT_FACES__FINDER_MODEL=str(first[FINDER].folder),
            FER_AGENT_FACES__LANDMARKER_MODEL=str(first[LANDMARKER].folder),
            FER_AGENT_FACES__ZOO_MIN_SCORE=SURE,
        )
        self.sees = Release(self.signer, folder / FINDER, "2.0.0", task=FINDER, padding_bytes=400_000)
        self.serve(self.sees)

    @property
    def report(self) -> Reported:
        return self.operator.reports[-1]

    @property
    def update(self) -> Update:
        update = self.report.update
        assert update is not None
        return update

    @property
    def serving(self) -> dict[str, str]:
        """The reference of the model of each task."""
        found = {task: self.report.serving(task) for task in TASKS}
        return {task: each.model for task, each in found.items() if each}

    def eyes_slots(self) -> dict[str, Any]:
        found: dict[str, Any] = self.slots()["others"][FINDER]
        return found


@pytest.fixture
def world(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Seeing]:
    world = Seeing(tmp_path, mosquitto)
    world.agent.start()
    until(lambda: world.operator.reports, "the first report")
    yield world
    world.end()


def test_a_finder_is_served_committed_and_told_beside_the_others(world: Seeing) -> None:
    assert world.report.capabilities.tasks == (*TASKS, SETTINGS)
    assert world.serving == {CLASSIFIER: CLASSIFIES, FINDER: OLD, LANDMARKER: MARKS}
    world.operator.order(world.sees.desired(probation_s=2.0))
    world.await_state(COMMITTED)
    assert world.operator.states == [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
    assert world.update.task == FINDER
    assert world.serving == {CLASSIFIER: CLASSIFIES, FINDER: NEW, LANDMARKER: MARKS}
    assert (world.report.returns_to(FINDER), world.report.previous) == (OLD, "")
    assert world.agent.stop() == 0
    world.agent.start()
    until(lambda: len({report.run for report in world.operator.reports}) == 2, "the report of the next run")
    assert world.serving == {CLASSIFIER: CLASSIFIES, FINDER: NEW, LANDMARKER: MARKS}
    world.said()


@pytest.mark.parametrize("state", [DOWNLOADING, VERIFIED, PROBATION, COMMITTED])
def test_kill_9_in_any_state_ends_on_the_new_finder_and_one_always_serves(world: Seeing, state: str) -> None:
    if state == DOWNLOADING:
        world.server.chunk_pause_s = 0.03
    world.operator.order(world.sees.desired(probation_s=3.0))
    until(lambda: world.has_reached(state), state, 90)
    world.agent.kill()
    world.server.chunk_pause_s = 0.0
    world.agent.start()
    world.await_state(COMMITTED)
    assert world.serving == {CLASSIFIER: CLASSIFIES, FINDER: NEW, LANDMARKER: MARKS}
    assert {report.eyes[FINDER].model for report in world.operator.reports} <= {OLD, NEW}
    world.said()


def test_a_finder_with_which_the_agent_dies_three_times_is_given_up(world: Seeing) -> None:
    world.operator.order(world.sees.desired(probation_s=600.0))
    world.await_state(PROBATION)
    assert world.eyes_slots()["trial"] == world.sees.artifact().sha256
    for _ in range(3):
        runs = len({report.run for report in world.operator.reports})
        world.agent.kill()
        world.agent.start()
        until(lambda runs=runs: len({report.run for report in world.operator.reports}) > runs, "the next run")  # type: ignore[misc]
    world.await_state("rolled_back")
    assert world.update.reason == "The agent died 3 times with the new model (probation); it is not tried again."
    assert world.serving == {CLASSIFIER: CLASSIFIES, FINDER: OLD, LANDMARKER: MARKS}
    assert world.eyes_slots()["trial"] is None
    world.said()


def test_a_classifier_and_then_a_finder_are_both_kept(world: Seeing) -> None:
    world.operator.order(world.new.desired(sequence=1))
    until(lambda: world.serving[CLASSIFIER] != CLASSIFIES and world.operator.state_is(COMMITTED)(), "the classifier")
    world.operator.order(world.sees.desired(rollout="r2", sequence=2))
    until(lambda: world.serving[FINDER] == NEW and world.operator.state_is(COMMITTED)(), "the finder")
    assert world.serving[CLASSIFIER] == "tiny@2.0.0/fp32"
    assert world.report.returns_to(FINDER) == OLD
    assert world.report.previous == CLASSIFIES


def test_a_device_on_which_dlib_finds_the_faces_says_so_and_refuses_a_finder(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    world = World(tmp_path, mosquitto, FER_AGENT_FACES__FINDER="dlib")
    try:
        sees = Release(world.signer, tmp_path / FINDER, "2.0.0", task=FINDER)
        world.agent.start()
        until(lambda: world.operator.reports, "the first report")
        assert world.operator.reports[-1].capabilities.tasks == (CLASSIFIER, SETTINGS)
        assert {task: (each.model, each.sha256) for task, each in world.operator.reports[-1].eyes.items()} == {
            FINDER: ("dlib", ""),
            LANDMARKER: ("dlib", ""),
        }
        world.operator.order(sees.desired())
        world.await_state("rejected")
        update = world.operator.reports[-1].update
        assert update is not None
        assert update.reason.startswith("This device takes no finder, but classifiers.")
    finally:
        world.end()
