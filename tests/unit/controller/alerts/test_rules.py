"""What each rule finds, and what it passes over."""

from datetime import timedelta
from typing import Any

import pytest
from controller_messages import some_telemetry
from fer_controller.alerts.rules import BY_NAME, RULES
from fer_controller.alerts.view import LastTold, View
from fer_controller.settings import AlertSettings
from fer_controller.store.certificates.records import Issued
from fer_controller.store.rollouts.records import RolloutRow
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, SpoolTelemetry
from watched_fleet import SETTINGS, WatchedFleet

OFF = AlertSettings(
    offline_for_s=0, rollouts=False, spool_events=0, disk_free_mb=0, temperature_c=0, cameras=False,
    certificate_days=0, ingest_behind_s=0, faces_days=0,
)  # fmt: skip


def found(rule: str, view: View, settings: AlertSettings = SETTINGS) -> "list[str]":
    """The sentences."""
    return [each.sentence for each in BY_NAME[rule].find(view, settings)]


def said(fleet: WatchedFleet, **changes: Any) -> View:
    """nano-01 says something else than usual."""
    told = some_telemetry().model_copy(update=changes)
    fleet.devices["nano-01"] = "online"
    fleet.heard["nano-01"] = LastTold(told, iso_utc(told.time))
    return fleet.view


@pytest.fixture
def fleet() -> WatchedFleet:
    return WatchedFleet.of(1)


def test_offline_and_silent_devices_are_found_and_those_never_heard_of_are_not(fleet: WatchedFleet) -> None:
    fleet.devices = {"gone": "offline", "mute": "stale", "well": "online", "new": "unknown"}
    assert [sentence.split()[0:3:2] for sentence in found("offline", fleet.view)] == [
        ["gone", "offline"],
        ["mute", "silent"],
    ]


def a_rollout(state: str, id_: str = "r-1", ended_at: str = "", reason: str = "") -> RolloutRow:
    return RolloutRow(id_, "2026-01-30T00:00:00.000Z", "anna", "light@1", "", "{}", state, reason, ended_at=ended_at)


def test_a_paused_rollout_is_found_with_its_reason(fleet: WatchedFleet) -> None:
    view = fleet.said(rollouts=[a_rollout("paused", reason="fps fell."), a_rollout("running", "r-2")])
    assert found("rollout", view) == ["Rollout r-1 of light@1 is paused: fps fell."]


def test_a_rollout_that_was_turned_back_is_news_for_a_day_or_until_the_next(fleet: WatchedFleet) -> None:
    back = a_rollout("rolled_back", ended_at=iso_utc(fleet.now - timedelta(hours=23)))
    old = a_rollout("failed", ended_at=iso_utc(fleet.now - timedelta(hours=25)))
    assert found("rollout", fleet.said(rollouts=[back])) == ["Rollout r-1 of light@1 is rolled back."]
    assert found("rollout", fleet.said(rollouts=[old])) == []
    assert found("rollout", fleet.said(rollouts=[a_rollout("running", "r-2"), back])) == []


def test_a_spool_that_fills_is_found(fleet: WatchedFleet) -> None:
    assert found("spool", said(fleet, spool=SpoolTelemetry(pending_events=4999))) == []
    assert found("spool", said(fleet, spool=SpoolTelemetry(pending_events=5000))) == [
        "5,000 events wait in the spool of nano-01."
    ]


@pytest.mark.parametrize(("free_mb", "count"), [(None, 0), (499.0, 1), (500.0, 0)])
def test_a_disk_is_found_when_it_says_that_it_has_little_left(
    fleet: WatchedFleet, free_mb: "float | None", count: int
) -> None:
    fleet.measures("nano-01", disk_free_mb=free_mb)
    assert len(found("disk", fleet.view)) == count


def test_the_hottest_sensor_counts(fleet: WatchedFleet) -> None:
    fleet.measures("nano-01", cpu_temperature_c=60.0, gpu_temperature_c=91.0)
    assert found("heat", fleet.view) == ["nano-01 has 91 °C."]


def test_a_camera_that_sees_nothing_is_found_and_one_that_does_not_look_for_it_is_not(fleet: WatchedFleet) -> None:
    cameras = (CameraTelemetry(camera="door", frozen=True, dark=True), CameraTelemetry(camera="hall"))
    assert found("camera", said(fleet, cameras=cameras)) == ["The camera door of nano-01 is frozen and dark."]


def a_certificate(fleet: WatchedFleet, left_days: float, life_days: float, holder: str, role: str) -> Issued:
    ends = fleet.now + timedelta(days=left_days)
    return Issued("1", holder, role, iso_utc(ends - timedelta(days=life_days)), iso_utc(ends), "anna")


@pytest.mark.parametrize(
    ("left_days", "life_days", "count"), [(20, 365, 1), (22, 365, 0), (20, 30, 0), (7, 30, 1), (-1, 365, 1)]
)
def test_a_certificate_that_nobody_renewed_is_found(
    fleet: WatchedFleet, left_days: float, life_days: float, count: int
) -> None:
    for holder, role in (("nano-00000", "device"), ("broker", "server")):
        view = fleet.said(certificates=[a_certificate(fleet, left_days, life_days, holder, role)])
        assert len(found("certificate", view)) == count


def test_the_certificate_of_a_device_that_is_no_more_concerns_nobody(fleet: WatchedFleet) -> None:
    view = fleet.said(certificates=[a_certificate(fleet, 1, 365, "forgotten", "device")])
    assert found("certificate", view) == []
    assert len(found("certificate", fleet.said(authority_ends=fleet.now + timedelta(days=20)))) == 1


def test_the_ingest_is_behind_when_half_of_what_devices_say_is_old(fleet: WatchedFleet) -> None:
    for name, late_s in (("a", 0), ("b", 61), ("c", 3000)):
        told = some_telemetry(name)
        fleet.heard[name] = LastTold(told, iso_utc(told.time + timedelta(seconds=late_s)))
    assert found("ingest", fleet.view) == ["What devices send is stored 61 s late; half of it is later."]
    del fleet.heard["c"]
    assert found("ingest", fleet.view) == [], "two devices may have wrong clocks"


DAYS = [{"nano-01": 0.5}, {"nano-01": 0.3}, {"nano-01": 0.4}]


@pytest.mark.parametrize(
    ("now", "earlier", "count"),
    [
        (0.0, DAYS, 1),
        (0.02, DAYS, 1),
        (0.04, DAYS, 0),
        (0.0, DAYS[:2], 0),
        (0.0, [*DAYS, {"nano-01": 0.0}], 0),
        (0.0, [*DAYS, {}], 1),
    ],
)
def test_faces_are_missed_where_each_earlier_day_had_some(
    fleet: WatchedFleet, now: float, earlier: "list[dict[str, float]]", count: int
) -> None:
    said(fleet)
    assert len(found("faces", fleet.said(faces=[{"nano-01": now}, *earlier]))) == count


def test_the_faces_of_a_device_that_says_nothing_are_not_missed(fleet: WatchedFleet) -> None:
    assert found("faces", fleet.said(faces=[{"nano-01": 0.0}, *DAYS])) == []


def test_each_rule_can_be_turned_off(fleet: WatchedFleet) -> None:
    fleet.measures("nano-01", cpu_temperature_c=99.0, disk_free_mb=0.0)
    fleet.become("offline")
    view = fleet.said(
        rollouts=[a_rollout("paused")], certificates=[a_certificate(fleet, 1, 365, "broker", "server")],
        authority_ends=fleet.now,
    )  # fmt: skip
    assert [sentence for rule in RULES for sentence in found(rule.name, view, OFF)] == []
    assert len({rule.name for rule in RULES if found(rule.name, view)}) >= 5
