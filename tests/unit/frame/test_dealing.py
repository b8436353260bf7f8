"""Tests are dealt out to workers so that none gets all the slow ones, and none is lost."""

from dealing import dealt
from hypothesis import given
from hypothesis import strategies as st

FILES = st.lists(
    st.tuples(
        st.sampled_from(["acceptance/a", "acceptance/b", "integration/c", "unit/d", "unit/e"]), st.integers(0, 9)
    ),
    max_size=40,
)


@given(FILES, st.integers(1, 8))
def test_no_test_is_lost_or_run_twice(tests: list[tuple[str, int]], hands: int) -> None:
    assert sorted(dealt(tests, lambda test: test[0], hands)) == sorted(tests)


def test_each_worker_begins_with_slow_files_and_goes_on_with_quick_tests() -> None:
    tests = [("acceptance/a", 1), ("acceptance/a", 2), ("acceptance/b", 1), *(("unit/c", each) for each in range(9))]
    order = dealt(tests, lambda test: test[0], 2)
    assert [place for place, _ in order[:6]] == ["acceptance/a"] * 2 + ["unit/c"] * 4
    assert [place for place, _ in order[6:]] == ["acceptance/b"] + ["unit/c"] * 5


def test_one_worker_takes_the_slow_ones_first() -> None:
    tests = [("unit/c", 1), ("integration/a", 1)]
    assert dealt(tests, lambda test: test[0], 1) == [("integration/a", 1), ("unit/c", 1)]
