"""A model as a device knows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """NAME@VERSION/PRECISION, and the hash of its file."""

    model: str
    sha256: str
