"""The order of tests for several workers: each begins with its share of the slow ones, and quick ones follow.

pytest-xdist gives each worker a stretch of the collection, and one that has no more takes from the end of another's. In
the order of folders the first worker would get every acceptance test, and the longest of them would begin last.
"""

import os
from itertools import groupby
from typing import Callable, List, Sequence, Tuple, TypeVar

WORKERS_VARIABLE = "PYTEST_XDIST_WORKER_COUNT"
SLOW_FOLDERS = ("acceptance", "integration", "field", "soak")
LONGEST = (
    "acceptance/test_kills.py",
    "acceptance/test_update.py",
    "acceptance/test_update_of_eyes.py",
    "acceptance/test_rolled_out_finders.py",
    "acceptance/test_bad_canary.py",
    "integration/controller/test_http_kills.py",
    "integration/controller/test_rollout.py",
    "acceptance/test_faults.py",
)
"""These mostly wait, and are begun first, each by another worker; a run takes no longer than the first of them."""

Test = TypeVar("Test")


def workers() -> int:
    """How many workers share the tests; 1 where nobody shares them."""
    return int(os.environ.get(WORKERS_VARIABLE, "1"))


def dealt(tests: Sequence[Test], path: Callable[[Test], str], hands: int) -> List[Test]:
    """The same tests in an order for so many workers; path says where below tests/ a test stands.

    The tests of a file stay together, except where one worker's stretch ends.
    """
    slow: List[List[Test]] = [[] for _ in range(hands)]
    quick: List[Test] = []
    files = sorted(((place, list(group)) for place, group in groupby(tests, path)), key=_turn)
    for number, (place, group) in enumerate(files):
        (slow[number % hands] if place.startswith(SLOW_FOLDERS) else quick).extend(group)
    order: List[Test] = []
    for hand, own in enumerate(slow):
        stretch = (len(tests) - len(order)) // (hands - hand)
        room = max(0, stretch - len(own))
        order += [*own, *quick[:room]]
        del quick[:room]
    return [*order, *quick]


def _turn(file: Tuple[str, List[Test]]) -> int:
    place, _ = file
    return LONGEST.index(place) if place in LONGEST else len(LONGEST)
