"""Which of several brokers the agent is at: the one that works, until it has stayed away for long enough."""

import random
import time
from typing import Callable, NamedTuple, Optional

from fer_agent.settings import BrokerSettings

FIRST_PAUSE_S = 0.5
STEADY_S = 60.0
"""A connection that lasted less than this does not count as a success: two agents may be evicting each other."""


class Attempt(NamedTuple):
    """How an attempt to be served by a broker ended."""

    served_s: Optional[float]
    """How long the connection lasted; None where there was none."""
    pushed_off: bool = False
    """Whether another agent of our name took it, who would follow us to any broker."""
    useless: bool = False
    """Whether the broker owed us an answer for too long."""


class Rotation:
    """One broker of the settings at a time, and the pause before the next attempt to connect.

    At the start each gets one attempt in turn. One that let us in is given broker.patience_s to come back, counted
    from the end of its last connection that lasted as long; then the turn goes on. Nothing leads back to an earlier
    broker while the current one works.
    """

    def __init__(self, settings: BrokerSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._brokers, self._patience_s, self._clock = settings.each, settings.patience_s, clock
        self._longest_s = settings.reconnect_max_s
        self._turn = self._failures = 0
        self._away_since: Optional[float] = None
        """Of a broker that let us in; None before that."""

    @property
    def current(self) -> BrokerSettings:
        """The settings with the broker to connect to now."""
        return self._brokers[self._turn]

    @property
    def has_others(self) -> bool:
        """Whether there is another to go on to."""
        return len(self._brokers) > 1

    def ended(self, attempt: Attempt) -> bool:
        """Take in how it ended; returns whether the turn went on to another broker."""
        served_s, now = attempt.served_s, self._clock()
        self._failures = 0 if served_s is not None and served_s > STEADY_S else self._failures + 1
        if served_s is not None and (self._away_since is None or served_s >= self._patience_s):
            self._away_since = now
        if not self.has_others or attempt.pushed_off or not (attempt.useless or self._is_given_up(now)):
            return False
        self._turn = (self._turn + 1) % len(self._brokers)
        self._away_since = None
        return True

    def pause_s(self, attempt: Attempt) -> float:
        """Before the next attempt: it grows with each round of all brokers."""
        rounds = self._failures // len(self._brokers)
        longest_s = min(self._longest_s, FIRST_PAUSE_S * 2.0 ** min(rounds, 16))
        return (self._longest_s if attempt.pushed_off else longest_s) * random.uniform(0.5, 1.0)  # noqa: S311  # jitter

    def _is_given_up(self, now: float) -> bool:
        return self._away_since is None or now - self._away_since >= self._patience_s
