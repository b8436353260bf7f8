"""Models as they are stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model; its manifest is the signed JSON."""

    name: str
    version: str
    manifest: bytes
    added_at: str
