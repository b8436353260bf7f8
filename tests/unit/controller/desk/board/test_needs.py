"""What of a device needs attention, by kind, with a sentence."""

from typing import Any

import pytest
from fer_controller.desk.board.lines import Line
from fer_controller.desk.board.needs import Need, is_updating, needs
from fer_controller.settings import AlertSettings
from fer_controller.store.telemetry.records import Figures

AT = "2026-01-31T12:00:00.000Z"
LIMITS = AlertSettings(temperature_c=85, disk_free_mb=1000).limits
COOL = Figures(AT, temperature_c=85.0, throttled=False, disk_free_mb=1000.0)


def a_line(state: str = "online", **known: Any) -> Line:
    return Line("nano-01", state, **known)


@pytest.mark.parametrize(
    ("line", "measured", "need"),
    [
        (a_line("offline", since=AT, reason="power"), None, Need("nano-01", "offline", "It is offline: power.", AT)),
        (a_line("offline", since=AT), None, Need("nano-01", "offline", "It is offline.", AT)),
        (
            a_line("stale", last_seen=AT), None,
            Need("nano-01", "stale", "It is connected, but nothing comes from it.", AT),
        ),
        (
            a_line(update="failed", update_reason="404", rollout="r-1"), COOL,
            Need("nano-01", "failed", "Its last update failed: 404.", "", "r-1"),
        ),
        (
            a_line(update="rejected", rollout="r-1"), COOL,
            Need("nano-01", "failed", "Its last update was rejected: it did not say why.", "", "r-1"),
        ),
        (
            a_line(quarantined="it crashed", quarantined_at=AT), COOL,
            Need("nano-01", "quarantined", "It gets no rollouts: it crashed.", AT),
        ),
        (a_line(blind="door is dark"), COOL, Need("nano-01", "blind", "door is dark.")),
        (a_line(), Figures(AT, disk_free_mb=12.4), Need("nano-01", "low_disk", "Its disk has 12 MB left.")),
        (a_line(), Figures(AT, temperature_c=86.0), Need("nano-01", "hot", "It is at 86 °C.")),
        (
            a_line(), Figures(AT, temperature_c=60.0, throttled=True),
            Need("nano-01", "hot", "It slows itself down at 60 °C, because of heat or current."),
        ),
        (
            a_line(), Figures(AT, throttled=True),
            Need("nano-01", "hot", "It slows itself down, because of heat or current."),
        ),
    ],
)  # fmt: skip
def test_each_kind_has_its_sentence(line: Line, measured: "Figures | None", need: Need) -> None:
    assert needs(line, measured, LIMITS) == [need]


@pytest.mark.parametrize("measured", [None, COOL, Figures(AT)])
def test_a_device_that_is_well_needs_nothing(measured: "Figures | None") -> None:
    assert needs(a_line(update="committed"), measured, LIMITS) == []


def test_without_limits_only_a_device_that_slows_itself_down_is_hot() -> None:
    no_limits = AlertSettings(temperature_c=0, disk_free_mb=0).limits
    assert needs(a_line(), Figures(AT, temperature_c=99.0, disk_free_mb=0.0), no_limits) == []
    found = needs(a_line(), Figures(AT, temperature_c=99.0, throttled=True), no_limits)
    assert [need.what for need in found] == ["hot"]


def test_what_an_offline_device_measured_last_says_nothing_of_it_now() -> None:
    assert [need.what for need in needs(a_line("offline"), Figures(AT, temperature_c=99.0), LIMITS)] == ["offline"]


def test_a_device_that_was_taken_out_needs_nothing_any_more() -> None:
    assert needs(Line("nano-01", "offline", revoked=True, blind="door is dark"), None, LIMITS) == []


def test_the_worst_comes_first() -> None:
    line = a_line(quarantined="it crashed", update="failed", blind="door is dark")
    found = needs(line, Figures(AT, throttled=True), LIMITS)
    assert [need.what for need in found] == ["quarantined", "failed", "blind", "hot"]


@pytest.mark.parametrize(
    ("update", "is_under_way"),
    [("", False), ("idle", False), ("downloading", True), ("probation", True), ("committed", False)],
)
def test_an_update_is_under_way_until_it_has_ended(update: str, is_under_way: bool) -> None:
    assert is_updating(a_line(update=update)) is is_under_way
