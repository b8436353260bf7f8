"""Devices and their labels as they stand in the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its birth, its last will and its messages paint it; times are ISO 8601 in UTC."""

    device: str
    state: str = ""
    run: str = ""
    born: str = ""
    since: str = ""
    last_seen: str = ""
    agent_version: str = ""
    reason: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a device."""

    device: str
    key: str
    value: str
