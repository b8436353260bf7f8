import itertools

import numpy as np
from fer_agent.faces.assignment import assigned
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

UNASSIGNED = 2.0
COSTS = st.tuples(st.integers(0, 4), st.integers(0, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.one_of(st.floats(0, 5), st.just(np.inf)))
)


def total(costs: np.ndarray, pairs: "list[tuple[int, int]]") -> float:
    return float(sum(costs[pair] for pair in pairs)) + UNASSIGNED * (len(costs) - len(pairs))


def cheapest(costs: np.ndarray) -> float:
    """By trying every way."""
    rows, columns = costs.shape
    ways = itertools.permutations([*range(columns), *[-1] * rows], rows)
    return min(total(costs, [(row, column) for row, column in enumerate(way) if column >= 0]) for way in ways)


@given(COSTS)
def test_no_other_way_is_cheaper_and_no_column_is_given_twice(costs: np.ndarray) -> None:
    pairs = assigned(costs, UNASSIGNED)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(np.isfinite(costs[pair]) for pair in pairs)
    np.testing.assert_allclose(total(costs, pairs), cheapest(costs), atol=1e-6)


def test_a_dearer_pair_is_taken_where_the_whole_is_cheaper() -> None:
    assert sorted(assigned(np.array([[0.1, 0.2], [0.2, 1.5]]), UNASSIGNED)) == [(0, 1), (1, 0)]
