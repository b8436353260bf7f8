"""The fleet's table and its overview, on both engines: what is told is what devices said, and what needs attention."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from controller_messages import DEVICE, a_batch, an_event, some_telemetry
from fer_controller.desk.board.spans import WEEK
from fer_controller.operations.audit import NEWEST_ENTRIES, NewestEntriesQuery
from fer_controller.operations.board import FLEET, FleetAnswer, FleetQuery
from fer_controller.operations.events import EMOTION_SHARES, EmotionSharesQuery
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.overview import (
    EMOTIONS_TODAY,
    OVERVIEW,
    EmotionsTodayAnswer,
    EmotionsTodayQuery,
    OverviewAnswer,
    OverviewQuery,
)
from fer_controller.rollout import audit
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store import opening
from fer_controller.store.rollouts.records import Changes, Failures
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.subjects import Subjects
from fer_wire import Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import HostTelemetry
from served_fleet import ServedFleet
from stepped_device import SteppedDevice

NOW = datetime.now(UTC)
AT = iso_utc(NOW)
LATER = timedelta(hours=1)
"""So that no device falls silent while the tests run."""
ORINS = [f"orin-{number:02}" for number in range(10)]
HOT, FULL, DARK, BROKEN = "orin-00", "orin-01", "orin-02", "orin-05"


def telemetry(device: str, **host: Any) -> Telemetry:
    return some_telemetry(device).model_copy(update={"time": NOW, "host": HostTelemetry(**host)})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    """Ten devices that are online, of which one is hot, one full, one dark, one in quarantine; one is offline."""
    on = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    made = ServedFleet(tmp_path_factory.mktemp("fleet"), on=on)
    known = Subjects(made.database)
    known.devices.put(
        replace(SteppedDevice(name).row(NOW + LATER), since=AT, blind="door is dark" if name == DARK else "")
        for name in ORINS
    )
    said = [telemetry(HOT, cpu_temperature_c=91.0), telemetry(FULL, disk_free_mb=12.0), telemetry(DARK)]
    opening.ingest(made.database, 1000).write(replace(a_batch(telemetry=said), received_at=AT))
    known.rollouts.write(Changes(failures={BROKEN: Failures(BROKEN, 3, AT, "it crashed")}))
    with made.near() as desk:
        desk.ask(RELABEL, Relabel(devices=(HOT, FULL, DARK), labels=("site=roof",)))
    yield made
    made.database.close()


def table(fleet: ServedFleet, **asked: Any) -> FleetAnswer:
    with fleet.near() as desk:
        return desk.ask(FLEET, FleetQuery(**asked))


def overview(fleet: ServedFleet, limit: int = 50) -> OverviewAnswer:
    with fleet.near() as desk:
        return desk.ask(OVERVIEW, OverviewQuery(limit=limit))


def devices(answer: FleetAnswer) -> "list[str]":
    return [line.device for line in answer.lines]


def test_pages_hold_every_device_once(fleet: ServedFleet) -> None:
    pages = [table(fleet, offset=offset, limit=4) for offset in range(0, 12, 4)]
    assert [name for page in pages for name in devices(page)] == sorted([DEVICE, *ORINS])
    assert {page.total for page in pages} == {11}


def test_a_line_says_what_its_device_measured(fleet: ServedFleet) -> None:
    (line,) = table(fleet, selector=f"device={HOT}").lines
    assert (line.temperature_c, line.fps, line.kinds, line.labels) == (91.0, 29.5, ("hot",), {"site": "roof"})


def test_what_was_measured_long_ago_is_not_told_as_if_it_were_now(fleet: ServedFleet) -> None:
    (line,) = table(fleet, selector=f"device={DEVICE}").lines
    assert (line.fps, line.temperature_c) == (None, None)


def test_facets_say_what_there_is_to_choose_from(fleet: ServedFleet) -> None:
    facets = table(fleet, states=("online",), limit=0).facets
    assert facets.state == {"online": 10, "offline": 1}
    assert facets.labels == {"site": {"roof": 3, "lab": 2}}
    assert sum(facets.device_class.values()) == 10
    assert facets.cut == ()


def test_devices_are_sorted_by_what_they_measure(fleet: ServedFleet) -> None:
    assert devices(table(fleet, sort="temperature_c", descending=True, limit=2)) == [HOT, DEVICE]
    assert devices(table(fleet, sort="disk_free_mb", limit=1)) == [FULL]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("hot", HOT), ("low_disk", FULL), ("blind", DARK), ("quarantined", BROKEN), ("offline", DEVICE)],
)
def test_a_tile_a_need_and_the_table_agree(fleet: ServedFleet, kind: str, name: str) -> None:
    told = overview(fleet)
    assert getattr(told.tiles, kind) == 1
    assert [need.device for need in told.needs if need.what == kind] == [name]
    assert devices(table(fleet, kinds=(kind,))) == [name]


def test_the_worst_is_told_first_and_no_more_than_was_asked_for(fleet: ServedFleet) -> None:
    told = overview(fleet, limit=2)
    assert [need.what for need in told.needs] == ["quarantined", "offline"]
    assert (told.needs_total, told.devices) == (5, 11)
    assert told.needs[0].since == AT


def test_todays_emotions_stand_beside_last_weeks(fleet: ServedFleet) -> None:
    def seen_at(moment: datetime, seq: int, number: int, device: str = HOT) -> "list[Any]":
        return [an_event(seq + each, device, time=moment, emotion="happy") for each in range(number)]

    noon = datetime(2026, 3, 8, 12, 30, tzinfo=UTC)
    events = [
        *seen_at(noon, 1, 3),
        *seen_at(noon, 10, 1, BROKEN),
        *seen_at(noon - WEEK, 20, 2),
        *seen_at(noon - WEEK + timedelta(hours=1), 30, 5),
    ]
    opening.ingest(fleet.database, 1000).write(a_batch(*events))
    RollupStore(fleet.database).roll_up_events(1000)
    with fleet.near() as desk:
        asked = EmotionsTodayQuery(since=iso_utc(noon.replace(hour=0)), until=iso_utc(noon + timedelta(minutes=10)))
        told: EmotionsTodayAnswer = desk.ask(EMOTIONS_TODAY, asked)
    assert [(place.value, place.events, place.events_before) for place in told.places] == [("roof", 3, 2), (None, 1, 0)]
    assert (told.all.events, told.all.events_before, told.all.emotions["happy"].events_before) == (4, 2, 2)


def test_shares_over_time_are_told_by_the_value_of_a_label(fleet: ServedFleet) -> None:
    noon = datetime(2026, 4, 8, 12, 30, tzinfo=UTC)
    seen = [(HOT, "happy", 0), (HOT, "sad", 1), (FULL, "happy", 2), (BROKEN, "happy", 3), (HOT, "happy", 90)]
    events = [
        an_event(100 + at, name, time=noon + timedelta(minutes=minutes), emotion=emotion)
        for at, (name, emotion, minutes) in enumerate(seen)
    ]
    opening.ingest(fleet.database, 1000).write(a_batch(*events))
    RollupStore(fleet.database).roll_up_events(1000)
    with fleet.near() as desk:
        asked = EmotionSharesQuery(per="hour", by="site", since="2026-04-08T00:00Z", until="2026-04-09T00:00Z")
        told = desk.ask(EMOTION_SHARES, asked)
    assert [(share.start[11:16], share.value, share.emotion, share.events) for share in told] == [
        ("14:00", "roof", "happy", 1), ("12:00", None, "happy", 1), ("12:00", "roof", "happy", 2),
        ("12:00", "roof", "sad", 1),
    ]  # fmt: skip


def test_the_audit_log_is_filtered_and_read_page_by_page(fleet: ServedFleet) -> None:
    log = Subjects(fleet.database).audit
    log.append([audit.act(audit.LABELED, f"Act {at}.", ("anna", "bob")[at % 2], device=HOT) for at in range(6)])

    def told(**asked: Any) -> "list[str]":
        with fleet.near() as desk:
            return [entry.sentence for entry in desk.ask(NEWEST_ENTRIES, NewestEntriesQuery(**asked))]

    assert told(actor="anna") == ["Act 0.", "Act 2.", "Act 4."]
    assert told(actor="anna", action=audit.LABELED, device=HOT, limit=1) == ["Act 4."]
    assert told(actor="anna", device=FULL) == told(actor="anna", until="2020-01-01T00:00Z") == []
    last = log.newest(1)[0].id
    assert told(actor="bob", before_id=last) == ["Act 1.", "Act 3."]
