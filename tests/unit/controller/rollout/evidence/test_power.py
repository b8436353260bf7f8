"""How much evidence a gate asks for."""

from fer_controller.rollout.evidence.power import ENOUGH, Reading
from hypothesis import example, given
from hypothesis import strategies as st


def test_at_first_it_is_what_most_unchanged_models_need() -> None:
    assert Reading(after=5, beyond_after=4, usual=0.3, at_limit=0.6).needed() == 18


def test_where_there_are_as_many_already_it_is_what_the_present_share_needs() -> None:
    unlucky = Reading(after=67, beyond_after=35, usual=0.3, at_limit=0.6)
    assert unlucky.power < ENOUGH
    needed = unlucky.needed()
    assert needed is not None
    assert needed > 67
    later = Reading(after=needed, beyond_after=int(needed * 35 / 67), usual=0.3, at_limit=0.6)
    assert later.power >= ENOUGH


def test_a_model_that_looks_like_one_at_the_limit_needs_more_than_can_be_said() -> None:
    worse = Reading(after=67, beyond_after=50, usual=0.3, at_limit=0.6)
    assert worse.needed() == Reading(after=5, beyond_after=4, usual=0.3, at_limit=0.6).needed()


def test_a_baseline_that_knows_too_little_is_not_made_up_for() -> None:
    assert Reading(after=20, beyond_after=3, usual=0.6, at_limit=0.6).needed() is None


@example(after=5, share=0.0, usual=0.0, at_limit=1e-300)
@example(after=5, share=1.0, usual=1.0 - 2**-53, at_limit=1.0)
@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_what_does_not_know_enough_is_told_a_number_or_none(
    after: int, share: float, usual: float, at_limit: float
) -> None:
    needed = Reading(after, round(share * after), usual, at_limit).needed()
    assert needed is None or needed >= 1
