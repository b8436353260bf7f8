import pytest
from fer_wire.device import transitions
from fer_wire.device.transitions import TABLE, after
from fer_wire.errors import UpdateStateError
from fer_wire.reported import IDLE, UNFINISHED_STATES, UPDATE_STATES

EVENTS = {value for name, value in vars(transitions).items() if name.isupper() and isinstance(value, str)} - set(
    UPDATE_STATES
)


def test_an_event_that_cannot_happen_is_an_error_that_names_state_and_event() -> None:
    with pytest.raises(UpdateStateError, match="An update that is 'committed' cannot be 'fetched'"):
        after("committed", transitions.FETCHED)


@pytest.mark.parametrize("state", UPDATE_STATES)
def test_every_event_that_the_table_does_not_list_is_an_error(state: str) -> None:
    for event in EVENTS:
        if (state, event) not in TABLE:
            with pytest.raises(UpdateStateError):
                after(state, event)


def test_every_state_can_be_reached_and_every_end_is_an_end() -> None:
    assert {IDLE, *TABLE.values()} == set(UPDATE_STATES)
    assert {state for state, _ in TABLE} == {IDLE, *UNFINISHED_STATES}
    assert {event for _, event in TABLE} <= EVENTS


@pytest.mark.parametrize("state", UNFINISHED_STATES)
def test_whatever_goes_on_can_be_taken_back_and_replaced(state: str) -> None:
    assert (after(state, transitions.WITHDRAWN), after(state, transitions.REPLACED)) == ("canceled", "superseded")


def test_no_update_goes_in_a_circle() -> None:
    assert all(UPDATE_STATES.index(start) < UPDATE_STATES.index(end) for (start, _), end in TABLE.items())
