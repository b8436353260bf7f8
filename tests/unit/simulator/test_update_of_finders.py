import pytest
from fer_simulator.traits import effects
from fer_wire.contracts import CLASSIFIER, FINDER
from fer_wire.reported import (
    COMMITTED,
    REJECTED,
    ROLLED_BACK,
)
from simulated_device import FACTORY, SimulatedDevice


def test_a_finder_is_replaced_and_the_classifier_stays() -> None:
    device = SimulatedDevice()
    device.order(device.offer("1.1.0", task=FINDER))
    device.until(COMMITTED)
    report = device.last_report
    assert (device.serving, report.update and report.update.task) == (FACTORY, FINDER)
    assert report.eyes[FINDER].model == "light@1.1.0/fp16"
    assert report.returns_to(FINDER) == "factory-finder@1.0.0/fp16"
    assert (report.running and report.running.model, report.previous) == (FACTORY.model, "")


def test_a_finder_that_crashes_its_device_gives_way_to_the_one_before() -> None:
    device = SimulatedDevice(effects=(effects.parsed("light@1.1.0*:crash=1"),))
    device.order(device.offer("1.1.0", task=FINDER))
    device.until(ROLLED_BACK)
    device.until_online()
    assert device.last_report.eyes[FINDER].model == "factory-finder@1.0.0/fp16"
    assert device.serving == FACTORY


@pytest.mark.parametrize(
    ("ordered", "vouched", "reason"),
    [
        ("barker", CLASSIFIER, "This device runs no model of the task 'barker'."),
        (FINDER, CLASSIFIER, "light@1.1.0 is a classifier, not a finder"),
    ],
)
def test_a_model_of_another_task_is_rejected(ordered: str, vouched: str, reason: str) -> None:
    device = SimulatedDevice()
    order = device.offer("1.1.0", task=ordered)
    device.files.files["/manifest/1.1.0"] = device.files.files["/manifest/1.1.0"].replace(
        f'"task": "{ordered}"'.encode(), f'"task": "{vouched}"'.encode()
    )
    device.order(order)
    device.until(REJECTED)
    assert device.disk.record.reason == reason
    assert device.serving == FACTORY
