"""The exact test, against counting every way in which it could have come."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import pytest
from fer_controller.rollout.evidence import exact_test
from fer_controller.rollout.evidence.exact_test import NEGLIGIBLE, Stratum, p_value
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def strata(draw: st.DrawFn) -> Stratum:
    before, after = draw(st.integers(1, 12)), draw(st.integers(1, 8))
    return Stratum(before, draw(st.integers(0, before)), after, draw(st.integers(0, after)))


def counted(asked: list[Stratum]) -> Fraction:
    """Of all ways to deal the observations out, the share with as many beyond the cut after the change."""
    found = sum(each.beyond_after for each in asked)
    ways = total = 0
    for drawn in product(*(range(each.after + 1) for each in asked)):
        dealt = prod(
            comb(each.beyond, many) * comb(each.before + each.after - each.beyond, each.after - many)
            for each, many in zip(asked, drawn, strict=True)
        )
        total += dealt
        ways += dealt * (sum(drawn) >= found)
    return Fraction(ways, total)


@given(st.lists(strata(), min_size=1, max_size=3))
def test_it_is_the_share_of_all_ways_to_deal_the_observations_out(asked: list[Stratum]) -> None:
    assert p_value(asked) == pytest.approx(float(counted(asked)), rel=1e-9)


def test_a_stratum_that_cannot_tell_changes_nothing() -> None:
    telling = Stratum(30, 3, 10, 6)
    assert p_value([telling, Stratum(20, 0, 10, 0), Stratum(0, 0, 5, 5)]) == p_value([telling])


def test_many_strata_add_up_as_few_large_ones_do() -> None:
    of_quarters = p_value([Stratum(40, 8, 10, 5)] * 30)
    assert of_quarters == pytest.approx(p_value([Stratum(1200, 240, 300, 150)]), rel=1)
    assert NEGLIGIBLE <= of_quarters < 1e-12


def test_no_chance_is_told_more_exactly_than_it_is_known() -> None:
    assert p_value([Stratum(500, 0, 500, 500)]) == NEGLIGIBLE


def test_beyond_the_exact_range_the_normal_distribution_says_about_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [Stratum(400, 100, 300, 90), Stratum(500, 250, 200, 105)]
    exact = p_value(asked)
    monkeypatch.setattr(exact_test, "EXACT_UP_TO", 10)
    assert p_value(asked) == pytest.approx(exact, rel=0.02)
