import logging
from datetime import UTC, datetime, timedelta

import pytest
from controller_messages import AT, DEVICE, START, a_birth, a_will
from fer_controller.ingest.devices import Fleet, presence
from fer_controller.store.devices.records import Device
from fer_wire import Reported

LATER = "2026-01-31T13:00:30.000Z"


def only(fleet: Fleet) -> Device:
    (device,) = fleet.take_changes()
    return device


def test_a_birth_makes_a_device_online_and_seen() -> None:
    fleet = Fleet([])
    fleet.status(a_birth(agent_version="0.1.0"), AT, retained=False)
    device = only(fleet)
    assert (device.state, device.run, device.last_seen, device.agent_version) == ("online", "run-1", AT, "0.1.0")
    assert device.since == "2026-01-31T12:00:00.000Z"


def test_a_retained_birth_counts_for_the_state_but_not_as_a_sign_of_life() -> None:
    fleet = Fleet([])
    fleet.status(a_birth(), AT, retained=True)
    device = only(fleet)
    assert (device.state, device.last_seen) == ("online", "")


def test_a_last_will_makes_a_device_offline_since_now() -> None:
    fleet = Fleet([])
    fleet.status(a_birth(), AT, retained=False)
    fleet.status(a_will(reason="connection lost"), LATER, retained=False)
    device = only(fleet)
    assert (device.state, device.since, device.reason, device.last_seen) == ("offline", LATER, "connection lost", AT)


def test_a_late_will_of_an_earlier_run_is_ignored() -> None:
    fleet = Fleet([])
    fleet.status(a_birth("run-2"), AT, retained=False)
    fleet.status(a_will("run-1"), LATER, retained=False)
    assert only(fleet).state == "online"


def test_an_earlier_retained_birth_is_ignored() -> None:
    fleet = Fleet([Device(DEVICE, "online", "run-2", born="2026-01-31T12:30:00.000Z")])
    fleet.status(a_birth("run-1", time=START), AT, retained=True)
    assert fleet.take_changes() == []


def test_a_birth_of_the_same_run_after_a_will_is_online_again() -> None:
    fleet = Fleet([])
    fleet.status(a_birth(), AT, retained=False)
    fleet.status(a_will(), AT, retained=False)
    fleet.status(a_birth(), LATER, retained=False)
    assert only(fleet).state == "online"


def test_two_agents_of_one_name_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    fleet = Fleet([])
    for run in ("run-a", "run-b"):
        fleet.status(a_birth(run), AT, retained=False)
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        fleet.status(a_birth("run-a"), AT, retained=False)
    assert "Two agents use the name nano-01 (runs run-a and run-b)" in caplog.text


def test_what_a_device_reports_is_kept() -> None:
    fleet = Fleet([])
    fleet.reported(Reported(device=DEVICE, run="run-1", time=START, agent_version="0.2.0"), AT, retained=True)
    device = only(fleet)
    assert (device.agent_version, device.last_seen) == ("0.2.0", "")
    assert '"agent_version":"0.2.0"' in device.reported


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (Device(DEVICE), "unknown"),
        (Device(DEVICE, "offline", last_seen=AT), "offline"),
        (Device(DEVICE, "online", last_seen=AT), "online"),
        (Device(DEVICE, "online"), "stale"),
        (Device(DEVICE, "online", last_seen="2026-01-31T12:59:29.999Z"), "stale"),
        (Device(DEVICE, "resting", last_seen=AT), "resting"),
    ],
)
def test_a_silent_device_is_stale(device: Device, expected: str) -> None:
    now = datetime(2026, 1, 31, 13, 0, 0, tzinfo=UTC)
    assert presence(device, now, stale_after_s=30) == expected
    assert now - timedelta(hours=1) == START
