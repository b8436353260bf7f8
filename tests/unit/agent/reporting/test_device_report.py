"""A device reports every model of its set, or that dlib finds the faces."""

from pathlib import Path
from typing import Dict, Tuple

from fer_agent.reporting.device_report import DeviceReport
from fer_agent.settings import Settings
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, SETTINGS, TASKS
from unit.agent.update.device import DEVICE, Device
from unit.agent.update.making import Release, Shelf, Signer, settings_order

BROKER = "mqtt://second.example:1883"


def made(folder: Path, *eyes: str) -> Tuple[Device, DeviceReport, Release]:
    signer = Signer(folder)
    factory = {task: Release(signer, folder / task, "1.0.0", task=task) for task in TASKS}
    new = Release(signer, folder / FINDER, "2.0.0", task=FINDER)
    others: Dict[str, Path] = {task: factory[task].folder for task in eyes}
    device = Device(folder / DEVICE, factory[CLASSIFIER].folder, Shelf(new), signer.public, others=others)
    report = DeviceReport(
        Settings(device=DEVICE), "run-1", device.tasks, device.runner, device.tuner.report, lambda: BROKER
    )
    return device, report, new


def test_every_model_of_the_set_is_told_with_the_one_before(tmp_path: Path) -> None:
    device, report, new = made(tmp_path, FINDER, LANDMARKER)
    device.runner.take(new.desired().payload())
    device.settle()
    told = report.reported()
    assert told.capabilities.tasks == (*TASKS, SETTINGS)
    assert told.running is not None
    assert (told.running.model, told.previous) == ("tiny@1.0.0/fp32", "")
    assert told.eyes[FINDER].model == "tiny-finder@2.0.0/fp32"
    assert told.eyes[FINDER].sha256 == new.artifact().sha256
    assert told.returns_to(FINDER) == "tiny-finder@1.0.0/fp32"
    assert (told.eyes[LANDMARKER].model, told.returns_to(LANDMARKER)) == ("tiny-landmarker@1.0.0/fp32", "")
    assert told.update is not None
    assert (told.update.task, told.update.state) == (FINDER, "committed")


def test_where_dlib_finds_the_faces_that_is_told_and_no_finder_is_offered(tmp_path: Path) -> None:
    _, report, _ = made(tmp_path)
    told = report.reported()
    assert told.capabilities.tasks == (CLASSIFIER, SETTINGS)
    assert {task: (each.model, each.sha256) for task, each in told.eyes.items()} == {
        FINDER: ("dlib", ""),
        LANDMARKER: ("dlib", ""),
    }


def test_it_says_at_which_broker_the_device_is(tmp_path: Path) -> None:
    assert made(tmp_path)[1].reported().broker == BROKER


def test_it_says_which_settings_came_from_afar_and_which_are_set_on_the_device(tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    factory = Release(signer, tmp_path, "1.0.0")
    own: Dict[str, object] = {"events": {"change_margin": 0.2}}
    device = Device(tmp_path / DEVICE, factory.folder, Shelf(), signer.public, own=own)
    report = DeviceReport(device.own, "run-1", device.tasks, device.runner, device.tuner.report, lambda: BROKER)
    device.runner.take(settings_order({"events.heartbeat_s": 9.0}).payload())
    device.settle()
    told = report.reported().settings
    assert told is not None
    assert (told.afar, told.rollout) == ({"events.heartbeat_s": 9.0}, "s1")
    assert {name: (each.value, each.source) for name, each in told.own.items()} == {
        "events.change_margin": (0.2, "file")
    }
