"""Runs a target on mutated seeds for a while; what made it fail becomes a seed, so that it never comes back unseen."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from fuzz.mutations import mutated
from hypothesis import HealthCheck, Phase, given, settings

SEEDS = Path(__file__).with_name("seeds")
BATCH = 200
"""Between two looks at the clock."""


class Target(Protocol):
    """Something that takes bytes from whoever sends them."""

    name: str

    def made(self) -> Iterator[bytes]:
        """Seeds that are made rather than kept."""

    def check(self, payload: bytes) -> None:
        """Take it; raises, or lets an AssertionError out, when that does more than it may."""


Opened = AbstractContextManager[Target]


def fuzz_seconds() -> float:
    """How long each target is fuzzed."""
    return float(os.environ.get("FUZZ_SECONDS", "60"))


def kept(name: str) -> "list[Path]":
    """The files of a target's seeds."""
    return sorted(each for each in (SEEDS / name).iterdir() if each.is_file())


def fuzz(target: Target, seconds: float) -> int:
    """Fuzz for so long, and return how many payloads were tried; keeps the smallest that failed as a seed."""
    seeds = [*target.made(), *(each.read_bytes() for each in kept(target.name))]
    until_s, tried, last = time.monotonic() + seconds, 0, b""

    @settings(
        max_examples=BATCH, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    @given(mutated(seeds))
    def batch(payload: bytes) -> None:
        nonlocal tried, last
        tried, last = tried + 1, payload
        target.check(payload)

    while time.monotonic() < until_s:
        try:
            batch()
        except BaseException:
            _keep(target.name, last)
            raise
    return tried


def _keep(name: str, payload: bytes) -> None:
    """Hypothesis fails with the smallest payload last."""
    (SEEDS / name / f"found-{hashlib.sha256(payload).hexdigest()[:12]}").write_bytes(payload)
