import pytest
from fer_controller.errors import TransitionError
from fer_controller.rollout.transitions import ENDED, EXPOSED, PENDING, ROLLOUT, TARGET, UNSETTLED, WAVE, Table

STARTS = {ROLLOUT: "planned", WAVE: "waiting", TARGET: "pending"}


def reached(table: Table) -> set[str]:
    """Every state that can come of the first."""
    found, new = set(), {STARTS[table]}
    while new:
        found |= new
        new = {after for (state, _), after in table.moves.items() if state in new} - found
    return found


@pytest.mark.parametrize("table", STARTS, ids=lambda table: table.kind)
def test_every_state_is_reached_from_the_first(table: Table) -> None:
    assert reached(table) == {STARTS[table]} | {state for state, _ in table.moves} | set(table.moves.values())


@pytest.mark.parametrize("table", STARTS, ids=lambda table: table.kind)
def test_from_every_state_an_end_can_be_reached(table: Table) -> None:
    ends = reached(table) - {state for state, _ in table.moves}
    good = ends | set(ENDED)
    while more := {state for (state, _), after in table.moves.items() if after in good} - good:
        good |= more
    assert reached(table) <= good


def test_an_event_that_a_state_does_not_list_is_an_error_that_names_both() -> None:
    with pytest.raises(TransitionError, match="Rollout r-1 is completed; pause cannot happen to it"):
        ROLLOUT.after("completed", "pause", "r-1")


def test_a_device_that_was_told_can_always_be_taken_back_or_superseded() -> None:
    for state in EXPOSED:
        assert TARGET.knows(state, "take_back")
        assert TARGET.knows(state, "supersede")


def test_a_device_that_has_not_come_to_an_end_can_time_out() -> None:
    assert all(TARGET.knows(state, "time_out") for state in UNSETTLED)
    assert not TARGET.knows(PENDING, "commit")
