"""A device updates one model of its set at a time, and the others serve on whatever happens to it."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pytest
from fer_agent.errors import ModelError
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from unit.agent.update.device import Device, Pipe, occupied
from unit.agent.update.making import FakeServant, Loader, Release, Shelf, Signer

CLASSIFIES, SEES, MARKS = "tiny@1.0.0/fp32", "tiny-finder@1.0.0/fp32", "tiny-landmarker@1.0.0/fp32"
NEW = "tiny-finder@2.0.0/fp32"
WHOLE_WAY = ["downloading", "verified", "staged", "probation", "committed"]
FRAME = np.zeros((1, 1, 32, 32), np.float32)


class World:
    """A set of three models, and a release for two of its tasks."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.signer = folder, Signer(folder)
        self.factory = {task: self.release(task, "1.0.0") for task in (CLASSIFIER, FINDER, LANDMARKER)}
        self.finder, self.classifier = self.release(FINDER, "2.0.0"), self.release(CLASSIFIER, "2.0.0")
        self.shelf, self.load = Shelf(self.finder, self.classifier), Loader()

    def release(self, task: str, version: str) -> Release:
        return Release(self.signer, self.folder / task, version, task=task)

    def device(self, *eyes: str, **more: Any) -> Device:
        folders = {task: self.factory[task].folder for task in eyes}
        factory = self.factory[CLASSIFIER].folder
        values: Dict[str, Any] = {"load": self.load, "others": folders, **more}
        return Device(self.folder / "nano-01", factory, self.shelf, self.signer.public, **values)

    def whole(self) -> Device:
        return self.device(FINDER, LANDMARKER)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def order(device: Device, release: Release, **changes: object) -> Device:
    device.runner.take(release.desired(**changes).payload())
    return device


def serves(device: Device) -> Dict[str, str]:
    return {task: serving.servant.reference for task, serving in device.tasks.items()}


def test_a_device_starts_with_a_model_for_each_task(world: World) -> None:
    assert serves(world.whole()) == {CLASSIFIER: CLASSIFIES, FINDER: SEES, LANDMARKER: MARKS}


def test_a_finder_goes_all_the_way_and_the_others_serve_on(world: World) -> None:
    device = order(world.whole(), world.finder).settle()
    assert device.history == WHOLE_WAY
    assert serves(device) == {CLASSIFIER: CLASSIFIES, FINDER: NEW, LANDMARKER: MARKS}
    assert device.update.task == FINDER
    assert occupied(device, FINDER) == {"current": NEW, "previous": SEES, "trial": ""}
    assert occupied(device, CLASSIFIER) == {"current": "", "previous": "", "trial": ""}
    assert device.tasks[FINDER].member.previous == SEES


def test_after_a_restart_each_task_has_its_own_current_model(world: World) -> None:
    device = order(world.whole(), world.finder, sequence=1).settle()
    order(device, world.classifier, rollout="r2", sequence=2).settle()
    device.start()
    assert serves(device) == {CLASSIFIER: "tiny@2.0.0/fp32", FINDER: NEW, LANDMARKER: MARKS}


def test_what_looks_for_faces_gets_the_new_finder_on_trial_and_the_old_one_back(world: World) -> None:
    device = world.whole()
    pipe = Pipe(device.tasks[FINDER].seen)
    device.tasks[FINDER].attach(pipe.receive)
    order(device, world.finder, probation_s=600.0)
    for _ in range(4):
        device.runner.turn()
    assert (device.update.state, pipe.network.reference) == ("probation", NEW)
    servant = device.tasks[FINDER].servant
    assert isinstance(servant, FakeServant)
    servant.broken = True
    with suppress(RuntimeError):
        pipe.network.run(FRAME)
    device.settle()
    assert (device.history[-1], pipe.network.reference) == ("rolled_back", SEES)
    assert "The new model failed on a frame" in device.update.reason
    assert occupied(device, FINDER)["trial"] == ""


@pytest.mark.parametrize("turns", [2, 3, 4])
def test_three_deaths_count_against_the_finder_on_trial_and_the_set_is_as_it_was(world: World, turns: int) -> None:
    device = order(world.whole(), world.finder, probation_s=600.0)
    for _ in range(turns):
        device.runner.turn()
    on_trial = device.update.state == "probation"
    for _ in range(2):
        device.start()
        assert serves(device)[FINDER] == (NEW if on_trial else SEES)
        assert serves(device)[CLASSIFIER] == CLASSIFIES
    device.start()
    assert device.update.state == ("rolled_back" if on_trial else "failed")
    assert "died 3 times" in device.update.reason
    assert serves(device) == {CLASSIFIER: CLASSIFIES, FINDER: SEES, LANDMARKER: MARKS}
    assert occupied(device, FINDER)["trial"] == ""


def test_a_death_after_the_commit_was_saved_ends_in_the_commit(world: World) -> None:
    device = order(world.whole(), world.finder, probation_s=600.0)
    for _ in range(4):
        device.runner.turn()
    device.tasks[FINDER].member.commit(world.finder.artifact().sha256)
    device.start()
    assert (device.update.state, serves(device)[FINDER]) == ("committed", NEW)


def test_a_finder_on_trial_that_no_longer_loads_gives_way_and_is_told(world: World) -> None:
    device = order(world.whole(), world.finder, probation_s=600.0)
    for _ in range(4):
        device.runner.turn()
    world.load.refused[NEW] = "It fails its golden batch."
    device.start()
    assert (device.update.state, serves(device)[FINDER]) == ("rolled_back", SEES)


def test_an_order_for_another_task_takes_the_place_of_the_first_and_its_trial_ends(world: World) -> None:
    device = order(world.whole(), world.finder, probation_s=600.0, sequence=1)
    for _ in range(4):
        device.runner.turn()
    order(device, world.classifier, rollout="r2", sequence=2).settle()
    assert device.history == [*WHOLE_WAY[:4], "superseded", *WHOLE_WAY]
    assert serves(device) == {CLASSIFIER: "tiny@2.0.0/fp32", FINDER: SEES, LANDMARKER: MARKS}
    assert occupied(device, FINDER)["trial"] == ""


def test_a_task_that_the_device_does_not_take_is_refused_with_a_sentence(world: World) -> None:
    device = order(world.device(), world.finder).settle()
    assert device.history == ["rejected"]
    assert device.update.reason == (
        "This device takes no finder, but classifiers. Where faces.finder is zoo, a device takes finders and "
        "landmarkers, too."
    )
    assert world.shelf.asked == []
    order(device, world.classifier, rollout="r2", sequence=2, task="soothsayer").settle()
    assert device.update.reason.startswith("This device takes no soothsayer, but classifiers.")


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_an_update_of_a_task_that_the_device_takes_no_longer_ends_and_a_later_one_begins(
    world: World, turns: int
) -> None:
    device = order(world.whole(), world.finder, probation_s=600.0)
    for _ in range(turns):
        device.runner.turn()
    device.runner.stop()
    device = world.device().settle()
    assert device.update.state in ("rejected", "rolled_back")
    device = world.whole()
    assert serves(device)[FINDER] == SEES
    order(device, world.finder, attempt=2, sequence=2).settle()
    assert serves(device)[FINDER] == NEW


def test_a_classifier_that_is_delivered_as_a_finder_is_rejected(world: World) -> None:
    device = order(world.whole(), world.classifier, task=FINDER).settle()
    assert device.history[-1] == "rejected"
    assert device.update.reason == "tiny@2.0.0 is a classifier, and a finder was ordered; deploy the model anew."


def test_a_classifier_that_is_here_is_not_taken_for_a_finder(world: World) -> None:
    device = order(world.whole(), world.classifier).settle()
    order(device, world.classifier, task=FINDER, rollout="r2", sequence=2, url="", manifest_url="").settle()
    assert device.history[-1] == "rejected"
    assert "is a classifier, and a finder was ordered" in device.update.reason
    assert serves(device)[FINDER] == SEES


def test_eyes_that_may_be_missing_go_together_and_the_classifier_serves(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.load.refused[MARKS] = "It fails its golden batch."
    assert serves(world.whole()) == {CLASSIFIER: CLASSIFIES}
    assert "No landmarker serves. It fails its golden batch." in caplog.text


def test_without_a_classifier_the_device_does_not_start(world: World) -> None:
    world.load.refused[CLASSIFIES] = "It fails its golden batch."
    with pytest.raises(ModelError, match="It fails its golden batch"):
        world.whole()
