"""Entries of the audit log as they are stored, and the hash by which each vouches for all before it."""

import hashlib
import json
from dataclasses import dataclass, replace

BEGINNING = ""
"""What stands before the first entry."""
HASHED = ("id", "time", "rollout", "wave", "device", "actor", "action", "sentence", "numbers", "origin")
"""What the hash covers, after the hash before it; this never changes, for it would void the hashes that are there."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One decision or act: who, what, why, the numbers (JSON) behind it, and where it came from."""

    time: str
    rollout: str
    wave: int
    device: str
    actor: str
    action: str
    sentence: str
    numbers: str = "{}"
    id: int = 0
    origin: str = ""
    """The address of whoever asked over HTTP, or this machine; empty for what the controller decided itself."""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an examination of the log came to; fault is empty where every entry is as it was written."""

    entries: int
    head: str
    """The hash of the last entry that is as it was written."""
    fault: str = ""


def chained(entry: AuditRow, id_: int, before: str) -> AuditRow:
    """The entry under its id, with a hash of all that it says and of the hash before it."""
    said = replace(entry, id=id_)
    document = json.dumps([before, *(getattr(said, name) for name in HASHED)], separators=(",", ":"))
    return replace(said, hash=hashlib.sha256(document.encode()).hexdigest())
