from typing import Any

import pytest
from fer_wire.device import transitions as on
from fer_wire.device.orders import Order
from fer_wire.device.record import KEYS_REMEMBERED, Record
from fer_wire.device.trust import NO_KEYS
from unit.wire.device.orders import FIRST, SECOND, an_order


def test_a_new_order_knows_the_size_of_all_its_files() -> None:
    record = Record().begun(an_order(sequence=7)).moved(on.ORDERED)
    assert (record.state, record.sequence, record.size_bytes) == ("downloading", 7, 400)


def test_an_end_is_remembered_by_its_key_and_only_the_last_ones_are() -> None:
    record = Record()
    for number in range(KEYS_REMEMBERED + 5):
        record = record.begun(an_order(rollout=f"r{number}")).moved(on.REFUSED, "no")
    assert len(record.done) == KEYS_REMEMBERED
    assert record.done[-1] == (f"r{KEYS_REMEMBERED + 4}", 1, FIRST)


def test_a_sequence_never_goes_back() -> None:
    assert Record().begun(an_order(sequence=9)).begun(an_order(sequence=2)).sequence == 9


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "it is the one that is downloading"),
        ({"sequence": 99}, "it is the one that is downloading"),
        ({"rollout": "r0", "sequence": 99}, "it was done before"),
        ({"rollout": "r2", "sequence": 4}, "its sequence 4 is below 5, the last that was taken"),
        ({"rollout": "r2", "sequence": 5}, ""),
        ({"attempt": 2, "sequence": 6}, ""),
    ],
)
def test_what_is_known_done_or_old_is_passed_over(changes: Any, why: str) -> None:
    record = Record().begun(an_order(rollout="r0", sequence=1)).moved(on.REFUSED, "no")
    record = record.begun(an_order(sequence=5)).moved(on.ORDERED)
    order = an_order(**{"sequence": 5, **changes})
    assert record.judged(Order(order, order.sequence), NO_KEYS, order.time) == (record, why)


def test_the_report_names_what_was_chosen_and_cuts_a_long_reason() -> None:
    update = Record().begun(an_order()).moved(on.REFUSED, "x" * 900, chosen=SECOND).update()
    assert update is not None
    assert (update.model, update.sha256) == ("tiny@2.0.0/fp32", FIRST)
    assert len(update.reason) == 500


def test_before_the_first_order_there_is_nothing_to_report() -> None:
    assert Record().update() is None


def test_a_model_that_serves_already_ends_the_update_at_once() -> None:
    record = Record().begun(an_order()).served_already()
    assert (record.state, record.chosen, record.downloaded_bytes) == ("committed", FIRST, 100)
    staged = Record().begun(an_order()).moved(on.ORDERED).moved(on.FETCHED).moved(on.PASSED, chosen=SECOND)
    assert (staged.served_already().state, staged.served_already().chosen) == ("committed", SECOND)


@pytest.mark.parametrize("event", [on.REFUSED, on.BROKE_OFF, on.DISTURBED])
def test_any_fault_while_a_model_serves_on_trial_counts_as_that_models(event: str) -> None:
    record = Record().begun(an_order()).moved(on.ORDERED).moved(on.FETCHED).moved(on.PASSED).moved(on.SWAPPED)
    assert record.broken_off(event, "bad").state == "rolled_back"


def test_a_withdrawal_and_another_order_say_why_the_update_ended() -> None:
    record = Record().begun(an_order()).moved(on.ORDERED)
    assert record.withdrawn().reason == "The desired state was taken back."
    ended = record.superseded(an_order(rollout="r2", attempt=3))
    assert (ended.state, ended.reason) == ("superseded", "Attempt 3 of rollout r2 takes its place.")
