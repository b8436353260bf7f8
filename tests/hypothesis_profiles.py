"""How many examples Hypothesis tries: few on a developer's machine, all in CI; HYPOTHESIS_PROFILE chooses either."""

import os

from hypothesis import settings

QUICK, FULL = "quick", "full"
CHOSEN = os.environ.get("HYPOTHESIS_PROFILE") or (FULL if os.environ.get("CI") else QUICK)
DEFAULT_EXAMPLES = 100
OF_WHICH_QUICK = 5
"""One in so many is tried in the quick profile."""


def examples(in_full: int) -> int:
    """How many examples of so many a test tries in the chosen profile."""
    return in_full if CHOSEN == FULL else -(-in_full // OF_WHICH_QUICK)


def use() -> None:
    """Load the chosen profile; neither has a deadline, for a test's time depends on what else the machine does.

    The full one tries the same examples each time, so that CI judges a change by what it changes; new ones are tried
    wherever tests run besides.
    """
    for name in (QUICK, FULL):
        settings.register_profile(
            name, max_examples=examples(DEFAULT_EXAMPLES), deadline=None, derandomize=name == FULL
        )
    settings.load_profile(CHOSEN)
