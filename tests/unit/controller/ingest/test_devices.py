import logging
from datetime import UTC, datetime, timedelta

import pytest
from controller_messages import AT, DEVICE, START, a_birth, a_will, some_telemetry
from fer_controller.ingest.devices import Fleet, off_by, presence
from fer_controller.store.devices.records import Device
from fer_wire import Reported
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry

LATER = "2026-01-31T13:00:30.000Z"
YEARS_AGO = datetime(2019, 1, 31, 13, tzinfo=UTC)


def only(fleet: Fleet) -> Device:
    (device,) = fleet.take_changes()
    return device


def test_a_birth_makes_a_device_online_and_seen() -> None:
    fleet = Fleet([])
    fleet.status(a_birth(agent_version="0.1.0"), AT, retained=False)
    device = only(fleet)
    assert (device.state, device.run, device.last_seen, device.agent_version) == ("online", "run-1", AT, "0.1.0")
    assert device.since == AT


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


@pytest.mark.parametrize("retained", [False, True])
def test_what_an_earlier_connection_of_the_run_left_at_another_broker_is_ignored(retained: bool) -> None:
    fleet = Fleet([])
    fleet.status(a_birth(connection=2), AT, retained=False)
    fleet.take_changes()
    fleet.status(a_will(connection=1), LATER, retained=retained)
    fleet.status(a_birth(connection=1), LATER, retained=retained)
    assert fleet.take_changes() == []


def test_the_retained_birth_of_an_earlier_connection_brings_back_nobody_who_has_left() -> None:
    fleet = Fleet([])
    fleet.status(a_will(connection=2), AT, retained=False)
    known = only(fleet)
    after_a_restart = Fleet([known])
    after_a_restart.status(a_birth(connection=1), LATER, retained=True)
    assert after_a_restart.take_changes() == []


def test_the_connections_of_another_run_are_counted_anew() -> None:
    fleet = Fleet([Device(DEVICE, "offline", "run-1", since=AT, connection=7)])
    fleet.measured(some_telemetry().model_copy(update={"run": "run-2"}), LATER)
    fleet.status(a_will("run-2", connection=1), LATER, retained=False)
    device = only(fleet)
    assert (device.state, device.run, device.connection) == ("offline", "run-2", 1)


def test_the_retained_birth_of_a_run_that_a_newer_one_followed_is_ignored() -> None:
    fleet = Fleet([])
    for run in ("run-1", "run-2"):
        fleet.status(a_birth(run), AT, retained=False)
    before = only(fleet)
    fleet.status(a_birth("run-1", time=START + timedelta(days=1)), LATER, retained=True)
    assert fleet.take_changes() == []
    assert before.run == "run-2"


def test_a_retained_birth_is_not_older_for_a_clock_that_went_back() -> None:
    fleet = Fleet([Device(DEVICE, "offline", "run-1", born="2026-01-31T12:30:00.000Z", last_seen=AT)])
    fleet.status(a_birth("run-2", time=YEARS_AGO), LATER, retained=True)
    device = only(fleet)
    assert (device.state, device.run, device.since) == ("online", "run-2", LATER)


def test_a_retained_birth_says_since_when_where_its_clock_can_be_right() -> None:
    fleet = Fleet([Device(DEVICE, "offline", "run-1", last_seen="2026-01-31T11:00:00.000Z")])
    fleet.status(a_birth("run-2"), LATER, retained=True)
    assert only(fleet).since == iso_utc(START)


@pytest.mark.parametrize("state", ["offline", ""])
def test_a_live_message_proves_life_whatever_the_last_will_said(state: str) -> None:
    fleet = Fleet([Device(DEVICE, state, "run-1", since=AT, reason="the connection was lost")])
    fleet.heard(DEVICE, LATER)
    device = only(fleet)
    assert (device.state, device.since, device.last_seen, device.reason) == ("online", LATER, LATER, "")


def test_live_telemetry_says_which_run_lives_so_that_the_will_of_an_earlier_one_is_late() -> None:
    fleet = Fleet([Device(DEVICE, "offline", "run-1", since=AT)])
    fleet.measured(some_telemetry().model_copy(update={"run": "run-2"}), LATER)
    fleet.status(a_will("run-1"), LATER, retained=False)
    device = only(fleet)
    assert (device.state, device.run) == ("online", "run-2")


def test_a_state_of_a_newer_agent_stays_what_it_says() -> None:
    fleet = Fleet([Device(DEVICE, "resting", "run-1")])
    fleet.heard(DEVICE, LATER)
    assert (only(fleet).state) == "resting"


def test_a_clock_that_is_years_behind_is_told_of_once_and_until_it_is_right(caplog: pytest.LogCaptureFixture) -> None:
    fleet = Fleet([])
    offsets = []
    for second in range(0, 40, 10):
        at = datetime(2026, 1, 31, 13, 0, second, tzinfo=UTC)
        said = YEARS_AGO + timedelta(seconds=second) if second < 30 else at
        fleet.measured(some_telemetry().model_copy(update={"time": said}), iso_utc(at))
        offsets.append(only(fleet).clock_offset_s)
    behind_s = (YEARS_AGO - datetime(2026, 1, 31, 13, tzinfo=UTC)).total_seconds()
    assert offsets == [0, behind_s, behind_s, 0]
    assert caplog.text.count(f"The clock of {DEVICE} is 7 years behind") == 1


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [(-220_903_200, "7 years behind"), (172_800, "2 days ahead"), (-7300, "2 hours behind"), (600, "10 minutes ahead")],
)
def test_how_far_a_clock_is_off_is_told_in_words(offset_s: float, words: str) -> None:
    assert off_by(offset_s) == words


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


def test_what_a_broker_without_its_last_minute_brings_back_is_no_second_agent(caplog: pytest.LogCaptureFixture) -> None:
    fleet = Fleet([Device(DEVICE, "online", "run-2", born=AT, last_seen=AT)])
    with caplog.at_level(logging.WARNING):
        fleet.status(a_birth("run-1"), LATER, retained=True)
        fleet.status(a_birth("run-2"), LATER, retained=False)
    assert not caplog.records
    assert only(fleet).run == "run-2"


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


def test_cameras_that_are_frozen_or_dark_are_told_of_until_they_see_again() -> None:
    fleet, told = Fleet([]), []
    for frozen, dark in ((True, False), (True, True), (False, False), (None, None), (True, None)):
        camera = CameraTelemetry(camera="door", frozen=frozen, dark=dark)
        fleet.measured(some_telemetry().model_copy(update={"cameras": (camera,)}), AT)
        told.append(only(fleet).blind)
    assert told == ["door is frozen", "door is frozen and dark", "", "", "door is frozen"]
    fleet.status(a_will(), AT, retained=False)
    assert only(fleet).blind == ""
