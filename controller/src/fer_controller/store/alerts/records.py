"""Alerts, silences and deliveries as they are stored; times are ISO 8601 in UTC, empty while there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a rule found, from the first look that found it until it is over."""

    rule: str
    subject: str
    """What it is about: a device, DEVICE/CAMERA, a rollout, or empty for the fleet."""
    state: str
    sentence: str
    begun_at: str
    """When it was first found."""
    changed_at: str
    """When it came into its state."""
    device: str = ""
    rollout: str = ""
    raised_at: str = ""
    over_at: str = ""
    returns: int = 0
    """How often in a row it came back within a day."""
    acknowledged_at: str = ""
    acknowledged_by: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """What keeps a rule, some devices, or both from raising alerts for a while; an empty rule is every rule."""

    rule: str
    selector: str
    reason: str
    made_at: str
    made_by: str
    until_at: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class AlertTest:
    """Somebody's wish to see that every target can be told."""

    id: int
    asked_at: str
    asked_by: str
    begun_at: str
    """When a controller took it up."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one target is told, once; alert or test is 0."""

    target: str
    document: str
    """What is told, as JSON."""
    state: str
    made_at: str
    due_at: str
    alert: int = 0
    test: int = 0
    attempts: int = 0
    done_at: str = ""
    outcome: str = ""
    """Why the last attempt failed."""
    id: int = 0
