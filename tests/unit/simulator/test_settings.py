"""A simulated device takes settings from afar by the rules of every device, and works by those that it can show."""

from dataclasses import replace

import pytest
from fer_simulator.traits.faults import CRASHING
from fer_wire import Desired
from fer_wire.contracts import SETTINGS
from fer_wire.desired import settings_alone
from fer_wire.reported import COMMITTED, DOWNLOADING, PROBATION, REJECTED, ROLLED_BACK, STAGED, VERIFIED
from fer_wire.tuning import SettingValues
from simulated_device import DEVICE, FACTORY, QUIET, START, SimulatedDevice

WAY = [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
SLOW: SettingValues = {"events.heartbeat_s": 60.0}


def told(values: SettingValues, rollout: str = "s1", sequence: int = 1) -> Desired:
    return Desired(
        device=DEVICE, rollout=rollout, sequence=sequence, time=START, probation_s=2.0, **settings_alone(values)
    )


@pytest.fixture
def device() -> SimulatedDevice:
    return SimulatedDevice()


def afar(device: SimulatedDevice) -> SettingValues:
    said = device.last_report.settings
    assert said is not None
    return said.afar


def test_settings_go_their_way_to_committed_and_the_model_stays(device: SimulatedDevice) -> None:
    assert SETTINGS in device.last_report.capabilities.tasks
    device.order(told(SLOW))
    device.pass_s(30)
    assert (device.states, afar(device), device.serving) == (WAY, SLOW, FACTORY)


def test_what_is_not_on_the_list_is_refused(device: SimulatedDevice) -> None:
    device.order(told({"broker.url": "mqtt://evil"}))
    device.pass_s(30)
    assert (device.states, afar(device)) == ([REJECTED], {})
    assert "broker.url" in device.disk.record.reason


def test_settings_with_a_model_come_together(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0", settings=SLOW))
    device.pass_s(30)
    assert (device.states, afar(device), device.serving.model) == (WAY, SLOW, "light@1.1.0/fp16")


def test_a_device_that_dies_with_them_three_times_has_those_before_again() -> None:
    device = SimulatedDevice(CRASHING)
    device.order(told(SLOW))
    device.pass_s(120)
    assert (device.disk.record.state, afar(device)) == (ROLLED_BACK, {})
    assert "with the new settings" in device.disk.record.reason


def test_the_next_order_names_all_that_it_is_to_have(device: SimulatedDevice) -> None:
    device.order(told(SLOW))
    device.pass_s(30)
    device.order(told({}, "s2", 2))
    device.pass_s(30)
    assert (device.disk.record.state, afar(device)) == (COMMITTED, {})


def test_a_lower_frame_rate_shows_in_its_telemetry() -> None:
    device = SimulatedDevice(scenario=replace(QUIET, telemetry_s=1.0))
    device.order(told({"cameras.fps": 3.0}))
    device.pass_s(30)
    health = device.device._health.telemetry(DEVICE, "run", device.disk, device.device._effect(), 0)
    assert health.cameras[0].fps == pytest.approx(3.0, rel=0.2)
