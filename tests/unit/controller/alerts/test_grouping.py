"""From how many findings on one is made of them, and how long it stays so."""

import pytest
from fer_controller.alerts.grouping import grouped
from fer_controller.alerts.rules import BY_NAME, Finding
from hypothesis import given
from hypothesis import strategies as st

OFFLINE, INGEST = BY_NAME["offline"], BY_NAME["ingest"]


def findings(count: int) -> "list[Finding]":
    return [Finding(f"n-{number}", "It is away.", f"n-{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("count", "fleet", "was_many", "is_one"),
    [
        (19, 1000, False, False),
        (20, 1000, False, True),
        (10, 1000, True, True),
        (9, 1000, True, False),
        (5, 10, False, True),
        (4, 10, False, False),
        (3, 3, False, True),
        (2, 2, False, False),
        (1, 1, False, False),
    ],
)
def test_twenty_are_many_and_half_of_a_smaller_fleet(count: int, fleet: int, was_many: bool, is_one: bool) -> None:
    found = grouped(OFFLINE, findings(count), 20, fleet, was_many=was_many)
    assert [each.subject for each in found] == ([""] if is_one else [each.subject for each in findings(count)])


def test_what_half_of_the_fleet_shares_is_said_and_what_a_few_share_is_not() -> None:
    (all_,) = grouped(OFFLINE, findings(1000), 20, 1000, was_many=False)
    (some,) = grouped(OFFLINE, findings(30), 20, 1000, was_many=False)
    assert all_.sentence == (
        "1,000 of 1,000 devices are offline or silent (n-0, n-1, n-10, …); "
        "the broker or the ingest may be what is away."
    )
    assert some.sentence == "30 devices are offline or silent (n-0, n-1, n-10, …)."


@given(st.integers(0, 200), st.integers(0, 200), st.booleans())
def test_there_are_never_many(count: int, fleet: int, was_many: bool) -> None:
    found = grouped(OFFLINE, findings(count), 20, fleet, was_many=was_many)
    assert len(found) < 20
    assert bool(found) == bool(count)


def test_a_rule_that_finds_one_thing_alone_is_left_as_it_is() -> None:
    assert grouped(INGEST, findings(50), 20, 10, was_many=False) == findings(50)
