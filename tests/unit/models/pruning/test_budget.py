"""One budget, and one that can be."""

import pytest
from fer_models.errors import UsageError
from fer_models.pruning.budget import Budget, budget


def test_the_budget_that_was_given_is_taken() -> None:
    assert budget(2.0, None, None) == Budget("ratio", 2.0)
    assert budget(None, 0.8, None) == Budget("latency_ms", 0.8)
    assert budget(None, None, 0.5) == Budget("accuracy_loss", 0.5)


@pytest.mark.parametrize("given", [(None, None, None), (2.0, 1.0, None), (2.0, 1.0, 0.5)])
def test_none_or_several_are_refused(given: tuple[float | None, float | None, float | None]) -> None:
    with pytest.raises(UsageError, match=r"^Give one budget: --ratio, --latency-ms or --accuracy-loss\.$"):
        budget(*given)


def test_a_ratio_that_prunes_nothing_is_no_budget() -> None:
    with pytest.raises(UsageError, match=r"A budget of a compression ratio R of 1 is not possible; give more than 1\."):
        budget(1.0, None, None)


def test_a_latency_of_nothing_is_no_budget() -> None:
    with pytest.raises(UsageError, match=r"A budget of 0 ms a face is not possible; give more than 0\."):
        budget(None, 0.0, None)


def test_a_budget_that_was_missed_says_how_far_pruning_came() -> None:
    assert str(Budget("latency_ms", 0.01).unmet("the smallest cut takes 0.2 ms")) == (
        "The budget, 0.01 ms a face, cannot be met: the smallest cut takes 0.2 ms. "
        "Give a wider budget or a smaller network."
    )
