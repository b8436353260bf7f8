"""Fisher's exact test, stratified by device: could chance alone have put so many observations beyond a cut?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import ceil, exp, lgamma, log, sqrt
from operator import mul
from statistics import NormalDist

EXACT_UP_TO = 3000
"""Possible sums; beyond, the normal distribution of the same mean and variance is as good, and takes no time."""
NEGLIGIBLE = 1e-15
"""No chance is told more exactly, and what is rarer in a stratum is left out: no gate spends so little."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """The observations of one device before and after a change, and how many of each lie beyond the cut."""

    before: int
    beyond_before: int
    after: int
    beyond_after: int

    @property
    def beyond(self) -> int:
        """On both sides together."""
        return self.beyond_before + self.beyond_after

    @property
    def least(self) -> int:
        """The fewest that could lie beyond it after the change, with so many beyond it in all."""
        return max(0, self.beyond - self.before)

    def distribution(self) -> "Distribution":
        """Of how many lie beyond it after the change, if the change changed nothing (hypergeometric)."""
        rest, most = self.before + self.after - self.beyond, min(self.beyond, self.after)
        ways = _log_ways(self.before + self.after, self.after)
        mean, _ = self.moments()
        # Bernstein's inequality: what lies further from the mean is negligible.
        reach = ceil(12 + sqrt(140 + 70 * mean * (1 - mean / self.after)))
        first, last = max(self.least, int(mean) - reach), min(most, int(mean) + reach)
        return first, [
            exp(_log_ways(self.beyond, many) + _log_ways(rest, self.after - many) - ways)
            for many in range(first, last + 1)
        ]

    def moments(self) -> tuple[float, float]:
        """Mean and variance of the same."""
        total, share = self.before + self.after, self.beyond / (self.before + self.after)
        return self.after * share, self.after * share * (1 - share) * self.before / max(1, total - 1)


Distribution = tuple[int, list[float]]
"""The least that is not negligible, and the chances of it, of one more and so on."""


def p_value(strata: Iterable[Stratum]) -> float:
    """The chance of so many beyond the cut after a change that changed nothing; devices count each by themselves."""
    told = [stratum for stratum in strata if 0 < stratum.beyond < stratum.before + stratum.after]
    told = [stratum for stratum in told if stratum.before and stratum.after]
    if sum(min(stratum.beyond, stratum.after) for stratum in told) > EXACT_UP_TO:
        return _normal(told)
    found = sum(stratum.beyond_after for stratum in told)
    first, chances = reduce(_sum_of_both, (each.distribution() for each in told), (0, [1.0]))
    return min(1.0, max(NEGLIGIBLE, sum(chances[max(0, found - first) :])))


def at_most(found: int, of: int, share: float) -> float:
    """The chance of at most so many, where each of them comes with this chance (binomial)."""
    if share >= 1.0:
        return 1.0 if found >= of else 0.0
    if share <= 0.0:
        return 1.0
    odds = [_log_ways(of, many) + many * log(share) + (of - many) * log(1 - share) for many in range(found + 1)]
    return min(1.0, sum(map(exp, odds)))


def _sum_of_both(one: Distribution, other: Distribution) -> Distribution:
    """The distribution of the sum of two (a convolution)."""
    shorter, longer = sorted((one[1], other[1]), key=len)
    turned, rim = shorter[::-1], [0.0] * (len(shorter) - 1)
    padded = [*rim, *longer, *rim]
    both = [sum(map(mul, turned, padded[at : at + len(turned)])) for at in range(len(longer) + len(rim))]
    first = next(at for at, chance in enumerate(both) if chance > NEGLIGIBLE / EXACT_UP_TO)
    while both[-1] <= NEGLIGIBLE / EXACT_UP_TO:
        both.pop()
    return one[0] + other[0] + first, both[first:]


def _normal(strata: Sequence[Stratum]) -> float:
    moments = [stratum.moments() for stratum in strata]
    mean, deviation = sum(each for each, _ in moments), sqrt(sum(each for _, each in moments))
    found = sum(stratum.beyond_after for stratum in strata)
    return 1 - NormalDist(mean, deviation).cdf(found - 0.5)


def _log_ways(of: int, many: int) -> float:
    return lgamma(of + 1) - lgamma(many + 1) - lgamma(of - many + 1)
