"""What a device says of the models that serve."""

from fer_wire import Reported
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.reported import RunningModel

SAID = Reported(
    device="jetson-7",
    run="r1",
    time="2026-11-29T10:00:00Z",
    running=RunningModel(model="light@1/int8", sha256="a" * 64),
    previous="light@0/int8",
    eyes={FINDER: RunningModel(model="finder@2/int8", sha256="b" * 64, previous="finder@1/int8")},
)


def test_each_task_has_its_model() -> None:
    models = {task: SAID.serving(task) for task in (CLASSIFIER, FINDER, LANDMARKER)}
    assert {task: said.model for task, said in models.items() if said} == {
        CLASSIFIER: "light@1/int8",
        FINDER: "finder@2/int8",
    }


def test_each_task_has_a_way_back_of_its_own() -> None:
    assert [SAID.returns_to(task) for task in (CLASSIFIER, FINDER, LANDMARKER)] == ["light@0/int8", "finder@1/int8", ""]


def test_a_device_that_knows_nothing_of_tasks_runs_a_classifier_alone() -> None:
    old = Reported(device="jetson-7", run="r1", time="2026-11-29T10:00:00Z")
    assert old.capabilities.tasks == (CLASSIFIER,)
    assert old.serving(FINDER) is None
