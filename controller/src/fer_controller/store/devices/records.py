"""Devices and their labels as they are stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """A device as known from its birth, last will and messages; times are ISO 8601 in UTC."""

    device: str
    state: str = ""
    run: str = ""
    born: str = ""
    since: str = ""
    last_seen: str = ""
    agent_version: str = ""
    reason: str = ""
    reported: str = ""
    clock_offset_s: float = 0.0
    """By how much its clock is ahead (behind: negative); 0 where it is about right."""
    blind: str = ""
    """Which of its cameras are frozen or dark, in words; empty if none is."""
    connection: int = 0
    """Number of the connection, in its run, of which the last birth or will told."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A device that was taken out of the fleet."""

    device: str
    revoked_at: str
    revoked_by: str


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a device."""

    device: str
    key: str
    value: str
