"""Models as they stand in the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model; its manifest is the JSON as signed."""

    name: str
    version: str
    manifest: bytes
    added_at: str
