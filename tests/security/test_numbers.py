"""Numbers that no device can have counted stop nobody: what operators ask is answered whatever one claims."""

import json
import logging
from pathlib import Path

import pytest
from controller_messages import DEVICE, EPOCH, an_event, delivered, raw, topic_of
from fer_controller.broker.delivery import Delivery
from fer_controller.operations.fleet import DEAD_LETTERS, DEVICES, TOTALS, DeadLettersQuery
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.store import opening
from fer_wire.events import MAX_SEQ
from hostile_fleet import HostileFleet

BEYOND = 2**63 - 1
LIES = 1100


@pytest.fixture
def fleet(tmp_path: Path) -> HostileFleet:
    return HostileFleet(tmp_path / "fleet.db")


def claimed(epoch: str, **changes: int) -> Delivery:
    """An honest event with these claims put in."""
    event = an_event(1, epoch=epoch)
    return raw(topic_of(event), json.dumps({**json.loads(event.payload()), **changes}).encode())


def assert_answers(fleet: HostileFleet) -> None:
    """Operators can read all that the fleet counts."""
    with fleet.desk() as desk:
        assert desk.ask(TOTALS, Nothing()).events >= 0
        assert [each.device for each in desk.ask(DEVICES, DevicesQuery())] == [DEVICE]
    assert "fer_events_stored_total" in fleet.scraped()


def test_a_number_that_no_device_reaches_is_a_dead_letter(fleet: HostileFleet) -> None:
    fleet.take([claimed(epoch, seq=BEYOND, oldest_seq=BEYOND) for epoch in ("a", "b")])
    fleet.take([delivered(an_event(1))])
    assert_answers(fleet)
    with fleet.desk() as desk:
        assert desk.ask(TOTALS, Nothing()).events == 1
        assert len(desk.ask(DEAD_LETTERS, DeadLettersQuery())) == 2


def test_sums_of_the_largest_numbers_overflow_nothing(fleet: HostileFleet) -> None:
    """More epochs than the largest number goes into 64 bits, each with a gap as large as can be."""
    epochs = [f"e{number}" for number in range(LIES)]
    fleet.take([claimed(epoch, seq=1) for epoch in epochs])
    fleet.take([claimed(epoch, seq=MAX_SEQ, oldest_seq=MAX_SEQ) for epoch in epochs])
    assert_answers(fleet)


def test_numbers_stored_before_the_bounds_read_well_again(fleet: HostileFleet) -> None:
    fleet.take([delivered(an_event(1, epoch=epoch)) for epoch in ("a", "b", "c")])
    fleet.as_of_old(
        "UPDATE events SET seq = :beyond",
        "UPDATE streams SET contiguous_seq = :beyond",
        "INSERT INTO gaps (device, epoch, first_seq, last_seq, noted_at) "
        "SELECT device, epoch, 2, :beyond, '' FROM streams",
        beyond=BEYOND,
    )
    assert_answers(fleet)
    fleet.take([delivered(an_event(2, epoch="a"))])
    assert_answers(fleet)


def test_a_stream_stored_before_the_bounds_is_still_acknowledged(fleet: HostileFleet) -> None:
    fleet.take([delivered(an_event(1, epoch="a"))])
    fleet.as_of_old("UPDATE streams SET contiguous_seq = :beyond", beyond=BEYOND)
    with opening.writer(fleet.db) as database:
        (stream,) = database.rows("streams")
    assert stream["contiguous_seq"] == MAX_SEQ


def test_one_message_with_many_gaps_is_one_line_in_the_log(
    fleet: HostileFleet, caplog: pytest.LogCaptureFixture
) -> None:
    fleet.take([delivered(an_event(seq)) for seq in range(1, 2001, 2)])
    with caplog.at_level(logging.WARNING):
        fleet.take([delivered(an_event(2003, oldest_seq=2002))])
    (record,) = caplog.records
    assert record.getMessage() == (
        f"{DEVICE} dropped 1001 of its events in 1000 places, "
        f"the last 2000 to 2001 (epoch {EPOCH}) because its spool was full."
    )
