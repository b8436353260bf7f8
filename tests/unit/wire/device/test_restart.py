import pytest
from fer_wire.device import transitions as on
from fer_wire.device.record import Record
from fer_wire.device.restart import IN_TRIAL, MAX_CRASHES, resumed
from fer_wire.device.slots import Occupied
from fer_wire.reported import DOWNLOADING, FAILED, PROBATION, ROLLED_BACK, STAGED, UNFINISHED_STATES, VERIFIED
from unit.wire.device.orders import FIRST, an_order

ON_TRIAL = Occupied(trial=FIRST)
TO_STATE = {
    DOWNLOADING: [on.ORDERED],
    VERIFIED: [on.ORDERED, on.FETCHED],
    STAGED: [on.ORDERED, on.FETCHED, on.PASSED],
    PROBATION: [on.ORDERED, on.FETCHED, on.PASSED, on.SWAPPED],
}


def a_record(state: str) -> Record:
    record = Record().begun(an_order())
    for event in TO_STATE[state]:
        record = record.moved(event, chosen=FIRST)
    return record


@pytest.mark.parametrize("state", UNFINISHED_STATES)
def test_an_update_goes_on_in_the_state_in_which_the_device_died(state: str) -> None:
    assert resumed(a_record(state), ON_TRIAL).state == state


@pytest.mark.parametrize("state", UNFINISHED_STATES)
def test_only_a_death_that_the_new_model_may_have_caused_counts(state: str) -> None:
    assert resumed(a_record(state), ON_TRIAL).crashes == (1 if state in IN_TRIAL else 0)


@pytest.mark.parametrize(("state", "end"), [(VERIFIED, FAILED), (STAGED, FAILED), (PROBATION, ROLLED_BACK)])
def test_too_many_deaths_end_the_update(state: str, end: str) -> None:
    record = a_record(state)
    for _ in range(MAX_CRASHES):
        assert record.state == state
        record = resumed(record, ON_TRIAL)
    assert record.state == end
    assert record.reason == f"The agent died 3 times with the new model ({state}); it is not tried again."


@pytest.mark.parametrize("state", UNFINISHED_STATES)
def test_a_stop_in_order_is_no_death(state: str) -> None:
    again = resumed(a_record(state).model_copy(update={"stopped": True}), ON_TRIAL)
    assert (again.state, again.crashes, again.stopped) == (state, 0, False)


def test_a_commit_that_was_cut_short_is_finished() -> None:
    assert resumed(a_record(PROBATION), Occupied(current=FIRST)).state == "committed"


def test_a_trial_that_was_lost_ends_the_update() -> None:
    assert resumed(a_record(PROBATION), Occupied()).state == ROLLED_BACK
