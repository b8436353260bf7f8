"""How a benchmark is run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """threads: per runtime; runs: timed, in each process; warm_up: runs before those; repeats: processes per row."""

    threads: int = 1
    runs: int = 300
    warm_up: int = 30
    repeats: int = 3
