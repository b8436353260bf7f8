"""No device fills the controller's memory and disk: what is beyond its share is refused, counted and told."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from controller_messages import DEVICE, START, a_birth, an_event, delivered, raw, some_telemetry
from fer_controller.broker.delivery import Delivery
from fer_controller.operations.fleet import DEAD_LETTERS, DEVICES, TOTALS, DeadLettersQuery
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.store import opening
from fer_controller.store.dead_letters.records import DEAD_LETTERS_DROPPED
from fer_controller.store.subjects import Subjects
from hostile_fleet import HostileFleet

HONEST = "nano-02"
SHARE = 10


@pytest.fixture
def fleet(tmp_path: Path) -> HostileFleet:
    return HostileFleet(tmp_path / "fleet.db")


def rubbish(device: str, number: int) -> list[Delivery]:
    return [raw(f"fer/v1/{device}/status", b"?") for _ in range(number)]


def dropped(fleet: HostileFleet) -> int:
    with opening.reader(fleet.db) as database:
        return Subjects(database).dead_letters.counters().get(DEAD_LETTERS_DROPPED, 0)


def test_epochs_beyond_a_days_share_are_refused_and_those_of_others_are_not(fleet: HostileFleet) -> None:
    flood = [delivered(an_event(1, epoch=f"e{number}")) for number in range(3 * SHARE)]
    known = [delivered(an_event(2, epoch="e0"))]
    honest = [delivered(an_event(seq, device=HONEST)) for seq in range(1, 4)]
    fleet.take([*flood, *known, *honest], START, epochs_a_day=SHARE)
    with fleet.desk() as desk:
        assert desk.ask(TOTALS, Nothing()).events == SHARE + 1 + 3
        letters = desk.ask(DEAD_LETTERS, DeadLettersQuery())
    assert len(letters) == 2 * SHARE
    assert f"{DEVICE} has begun more than {SHARE} epochs today" in letters[0].reason


def test_an_epoch_that_was_refused_is_taken_on_another_day(fleet: HostileFleet) -> None:
    """Nothing is lost: what is not acknowledged, the agent keeps and sends again."""
    events = [delivered(an_event(1, epoch=epoch)) for epoch in ("a", "b")]
    fleet.take(events, START, epochs_a_day=1)
    fleet.take(events, START + timedelta(days=1), epochs_a_day=1)
    with fleet.desk() as desk:
        assert desk.ask(TOTALS, Nothing()).events == 2


def test_dead_letters_of_one_device_push_out_no_others(fleet: HostileFleet, caplog: pytest.LogCaptureFixture) -> None:
    fleet.take(rubbish(HONEST, 1), START)
    with caplog.at_level(logging.WARNING):
        fleet.take(rubbish(DEVICE, 5 * SHARE), START, dead_letters_a_day=SHARE)
    with fleet.desk() as desk:
        letters = desk.ask(DEAD_LETTERS, DeadLettersQuery())
        assert desk.ask(TOTALS, Nothing()).dead_letters == 5 * SHARE + 1
    assert [HONEST in each.topic for each in letters] == [True] + [False] * SHARE
    assert dropped(fleet) == 4 * SHARE
    assert "40 more were not kept" in caplog.records[-1].getMessage()


def test_invented_names_have_an_end_and_those_who_are_known_go_on(fleet: HostileFleet) -> None:
    fleet.take_messages(a_birth(), now=START)
    invented = [delivered(a_birth(device=f"ghost-{number}")) for number in range(3 * SHARE)]
    fleet.take([*invented, delivered(some_telemetry(second=1))], START, devices_max=SHARE)
    with fleet.desk() as desk:
        assert len(desk.ask(DEVICES, DevicesQuery())) == SHARE
        assert "ghost-9 is a device too many" in desk.ask(DEAD_LETTERS, DeadLettersQuery())[0].reason
    with opening.reader(fleet.db) as database:
        assert [each.device for each in Subjects(database).telemetry.newest_of_each()] == [DEVICE]
