"""An alert is raised once when something lasts, over once when it is gone for long, and an outage is one alert."""

from dataclasses import replace
from datetime import timedelta

from fer_controller.alerts.transitions import EASING, OVER, PENDING, RAISED
from fer_controller.settings import AlertSettings
from fer_controller.store.alerts.records import Silence
from fer_wire.message import iso_utc
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from watched_fleet import EVERY_S, SETTINGS, WatchedFleet

ONE = "nano-00000"
OFFLINE_FOR_S, OVER_S = SETTINGS.offline_for_s, SETTINGS.over_s
RAISE, END = ("raised", "offline", ONE), ("over", "offline", ONE)
DAY_S = 86_400.0
HOURS_S = 7200.0


def silenced(fleet: WatchedFleet, rule: str = "", selector: str = "", for_s: float = DAY_S) -> None:
    until = iso_utc(fleet.now + timedelta(seconds=for_s))
    fleet.book.silence(Silence(rule, selector, "", fleet.view.at, "anna", until))


def test_a_device_that_is_offline_for_long_is_told_of_once_and_so_is_its_return() -> None:
    fleet = WatchedFleet.of(1)
    assert fleet.look_for(OFFLINE_FOR_S) == []
    fleet.become("offline")
    assert fleet.look_for(OFFLINE_FOR_S - EVERY_S) == []
    assert fleet.look_for(HOURS_S) == [RAISE]
    fleet.become("online")
    assert fleet.look_for(OVER_S - EVERY_S) == []
    assert fleet.look_for(HOURS_S) == [END]
    assert [alert.state for alert in fleet.book.newest(9, over=True)] == [OVER]


def test_what_does_not_last_is_never_raised_and_leaves_nothing() -> None:
    fleet = WatchedFleet.of(1)
    for _ in range(20):
        fleet.become("offline")
        assert fleet.look_for(OFFLINE_FOR_S / 2) == []
        fleet.become("online")
        assert fleet.look() == []
    assert fleet.book.open() == []


def test_a_short_return_ends_nothing_and_is_not_told() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    assert fleet.look_for(OFFLINE_FOR_S) == [RAISE]
    for _ in range(10):
        fleet.become("online")
        assert fleet.look_for(OVER_S / 2) == []
        assert fleet.raised[0].state == EASING
        fleet.become("offline")
        assert fleet.look_for(OVER_S / 2) == []
        assert fleet.raised[0].state == RAISED


def test_what_comes_back_has_to_be_gone_for_twice_as_long() -> None:
    fleet = WatchedFleet.of(1)
    for returns in range(3):
        fleet.become("offline")
        assert fleet.look_for(OFFLINE_FOR_S) == [RAISE]
        assert fleet.raised[0].returns == returns
        fleet.become("online")
        assert fleet.look_for(OVER_S * 2**returns - 2 * EVERY_S) == []
        assert fleet.look_for(2 * EVERY_S) == [END]


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 120)), max_size=15))
def test_whatever_comes_and_goes_raises_and_ends_take_turns_and_a_day_has_few_of_them(
    history: "list[tuple[bool, int]]",
) -> None:
    fleet = WatchedFleet.of(1, settings=AlertSettings(every_s=60.0, offline_for_s=60.0, over_s=300.0))
    told: list[tuple[float, str]] = []
    minutes = 0.0
    for is_offline, lasts_minutes in history:
        fleet.become("offline" if is_offline else "online")
        for _ in range(lasts_minutes):
            minutes += 1
            told += [(minutes, kind) for kind, _, _ in fleet.look()]
    assert [kind for _, kind in told] == ["raised", "over"] * (len(told) // 2) + ["raised"] * (len(told) % 2)
    for begun, _ in told:
        # Between raises the gap doubles: 5 + 10 + … + 1280 minutes are more than a day.
        assert sum(kind == "raised" for at, kind in told if begun <= at < begun + 24 * 60) <= 9


def test_an_outage_of_ten_thousand_devices_is_one_alert_that_says_so() -> None:
    fleet = WatchedFleet.of(10_000, settings=AlertSettings(every_s=60.0))
    fleet.become("stale")
    assert fleet.look_for(OFFLINE_FOR_S) == [("raised", "offline", "")]
    (alert,) = fleet.raised
    assert alert.sentence.startswith("10,000 of 10,000 devices are offline or silent (nano-00000, ")
    assert len(fleet.book.open()) == 1
    fleet.become("online")
    assert fleet.look_for(OVER_S + 60.0) == [("over", "offline", "")]
    assert fleet.book.open() == []


def test_an_outage_that_begins_with_few_devices_takes_their_alerts_up_without_a_word() -> None:
    fleet = WatchedFleet.of(1000)
    fleet.become("offline", "nano-00001", "nano-00002")
    assert len(fleet.look_for(OFFLINE_FOR_S)) == 2
    fleet.become("offline")
    assert fleet.look_for(OFFLINE_FOR_S) == [("raised", "offline", "")]
    assert [alert.subject for alert in fleet.raised] == [""]


def test_those_that_stay_away_after_an_outage_are_told_of_one_by_one() -> None:
    fleet = WatchedFleet.of(100)
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S)
    fleet.become("online", *list(fleet.devices)[3:])
    told = fleet.look_for(OFFLINE_FOR_S + OVER_S)
    assert sorted(told) == [
        ("over", "offline", ""),
        *(("raised", "offline", f"nano-0000{number}") for number in range(3)),
    ]


def test_half_of_a_small_fleet_is_many() -> None:
    fleet = WatchedFleet.of(8)
    fleet.become("offline", *list(fleet.devices)[:4])
    assert fleet.look_for(OFFLINE_FOR_S) == [("raised", "offline", "")]


def test_a_silenced_device_raises_nothing_until_the_silence_is_over() -> None:
    fleet = WatchedFleet.of(3)
    silenced(fleet, selector=f"device={ONE}", for_s=7200)
    fleet.become("offline", ONE)
    assert fleet.look_for(7000) == []
    assert fleet.look_for(OFFLINE_FOR_S + 300) == [RAISE]


def test_a_silence_of_some_devices_leaves_the_others_and_a_silence_of_a_rule_the_other_rules() -> None:
    fleet = WatchedFleet.of(3)
    silenced(fleet, rule="heat")
    silenced(fleet, selector="device=nano-00001")
    fleet.become("offline", ONE, "nano-00001")
    fleet.measures("nano-00002", cpu_temperature_c=99.0)
    assert fleet.look_for(OFFLINE_FOR_S) == [RAISE]


def test_silenced_devices_are_not_counted_in_an_outage() -> None:
    fleet = WatchedFleet.of(100)
    silenced(fleet, selector="device=nano-000[1-9]?")
    silenced(fleet, selector="device=nano-000?5")
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S)
    assert "nano-00095" not in {alert.subject for alert in fleet.raised}


def test_what_was_raised_before_a_silence_is_not_over_in_it() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S)
    silenced(fleet, for_s=3600)
    assert fleet.look_for(3000) == []
    assert fleet.raised[0].state == RAISED


def test_a_hot_device_that_goes_offline_is_not_said_to_be_cooler() -> None:
    fleet = WatchedFleet.of(3)
    fleet.measures(ONE, cpu_temperature_c=99.0)
    assert fleet.look_for(SETTINGS.lasting_s) == [("raised", "heat", ONE)]
    fleet.become("offline", ONE)
    fleet.heard.clear()
    assert fleet.look_for(OFFLINE_FOR_S + OVER_S) == [RAISE]
    fleet.become("online", ONE)
    fleet.measures(ONE, cpu_temperature_c=50.0)
    assert sorted(fleet.look_for(OVER_S + EVERY_S)) == [("over", "heat", ONE), END]


def test_after_a_time_without_looks_nothing_counts_as_having_lasted() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    fleet.look()
    fleet.now += timedelta(hours=5)
    assert fleet.look() == []
    assert fleet.book.open()[0].state == PENDING
    assert fleet.look_for(OFFLINE_FOR_S) == [RAISE]


def test_a_clock_that_is_set_back_raises_nothing_early_and_does_not_wait_for_long() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S / 2)
    fleet.now -= timedelta(days=30)
    assert fleet.look() == []
    assert fleet.look_for(OFFLINE_FOR_S) == [RAISE]


def test_another_process_goes_on_with_what_lasts() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S / 2)
    other = replace(fleet)
    assert other.look_for(OFFLINE_FOR_S / 2) == [RAISE]


def test_who_looks_after_an_alert_stays_when_it_moves() -> None:
    fleet = WatchedFleet.of(1)
    fleet.become("offline")
    fleet.look_for(OFFLINE_FOR_S)
    assert fleet.book.acknowledge(fleet.raised[0].id, fleet.view.at, "anna")
    fleet.become("online")
    fleet.look()
    assert (fleet.raised[0].state, fleet.raised[0].acknowledged_by) == (EASING, "anna")


def test_a_device_that_was_taken_out_is_over() -> None:
    fleet = WatchedFleet.of(2)
    fleet.become("offline", ONE)
    fleet.look_for(OFFLINE_FOR_S)
    del fleet.devices[ONE]
    assert fleet.look_for(OVER_S + EVERY_S) == [END]
