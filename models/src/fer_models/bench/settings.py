"""How a benchmark is run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """threads of each runtime; timed runs of a row's process and those before them; processes a row."""

    threads: int = 1
    runs: int = 300
    warm_up: int = 30
    repeats: int = 3
