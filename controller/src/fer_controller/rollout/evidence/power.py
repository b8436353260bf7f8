"""Whether the evidence would have shown a model that is just at the limit, and how much evidence would."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from fer_controller.rollout.evidence.exact_test import at_most

ENOUGH = 0.95
"""A wave passes when a model at the limit would have looked worse in so many of all cases."""
MOST_NEEDED = 20_000
Z_ENOUGH, Z_MOST = NormalDist().inv_cdf(ENOUGH), NormalDist().inv_cdf(0.8)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found beyond a cut after the change, what was usual before, and what a model at the limit would do."""

    after: int
    beyond_after: int
    usual: float
    at_limit: float

    @property
    def power(self) -> float:
        """How likely a model at the limit would have had more beyond the cut than was found."""
        return 1 - at_most(self.beyond_after, self.after, self.at_limit)

    def needed(self) -> int | None:
        """About how many observations would do for most models that change nothing; None where no number would.

        Where there are as many already, how many would do if those to come are like those that came.
        """
        of_most = self._needed(self.usual, Z_MOST)
        if of_most is None or of_most > self.after:
            return of_most
        return self._needed(self.beyond_after / self.after, 0.0) or of_most

    def _needed(self, share: float, z: float) -> int | None:
        """Where this share of the observations lies beyond the cut, within so many deviations."""
        apart = self.at_limit - share
        if apart <= 0:
            return None
        spread = Z_ENOUGH * _deviation(self.at_limit) + z * _deviation(share)
        deviations = spread / apart
        guess = deviations * deviations + 1 / (2 * apart)  # infinite where hardly anything is apart
        if guess > MOST_NEEDED:
            return None
        needed = ceil(guess)
        while needed <= MOST_NEEDED and 1 - at_most(int(share * needed), needed, self.at_limit) < ENOUGH:
            needed += 1
        return needed if needed <= MOST_NEEDED else None


def sure_share(found: int, of: int) -> float:
    """A share that is surely not too high: less by its standard error than the one found (Agresti and Coull)."""
    share = (found + 1) / (of + 2)
    return share - sqrt(share * (1 - share) / (of + 2))


def weakest(readings: Sequence[Reading]) -> Reading:
    """The one that knows least."""
    return min(readings, key=lambda reading: reading.power)


def _deviation(share: float) -> float:
    return sqrt(share * (1 - share))
