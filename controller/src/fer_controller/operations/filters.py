"""The store's filters with times as people type them: 10m ago, or an ISO 8601 time."""

import re
from datetime import UTC, datetime, timedelta

from fer_wire import EMOTIONS
from fer_wire.events import KINDS
from fer_wire.message import iso_utc
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from fer_controller.errors import SettingsError, about
from fer_controller.rollout.devices import reach
from fer_controller.store.filter import OPEN_ENDS, AuditFilter, EmotionFilter, EventFilter, TelemetryFilter

KNOWN = {"emotion": EMOTIONS, "kind": KINDS}
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class TypedTimes(BaseModel):
    """Makes ISO 8601 of `since` and `until` as they were typed; raises SettingsError."""

    @field_validator("since", "until", check_fields=False)
    @classmethod
    def _in_utc(cls, typed: str, field: ValidationInfo) -> str:
        with about(field.field_name or ""):
            return typed if typed in OPEN_ENDS else moment(typed, datetime.now(UTC))


class TypedAuditFilter(TypedTimes, AuditFilter):
    """Which entries."""


class TypedTelemetryFilter(TypedTimes, TelemetryFilter):
    """Which telemetry."""


class TypedNames(BaseModel):
    """Refuses an emotion or a kind that no event has; raises SettingsError."""

    @field_validator("emotion", "kind", check_fields=False)
    @classmethod
    def _known(cls, typed: str | None, field: ValidationInfo) -> str | None:
        name = field.field_name or ""
        with about(name):
            if typed not in (None, *KNOWN[name]):
                raise SettingsError(f"There is no {name} {typed!r}; use {', '.join(KNOWN[name])}.")
        return typed


class OfDevices(BaseModel):
    """Chooses devices; raises RequestError for what is no selector of labels and names."""

    selector: str = Field(
        default="", description="Only devices with these labels, 'site=lab,room!=cellar', or names, 'device=nano-*'."
    )

    @field_validator("selector")
    @classmethod
    def _selects(cls, typed: str) -> str:
        with about("selector"):
            reach.limit(typed)
        return typed


class TypedEmotionFilter(TypedTimes, TypedNames, OfDevices, EmotionFilter):
    """Which emotions."""


class TypedEventFilter(TypedTimes, TypedNames, OfDevices, EventFilter):
    """Which events."""


def moment(typed: str, now: datetime) -> str:
    """A time ago (90s, 10m, 2h, 3d, 1w) or an ISO 8601 time as ISO text in UTC; raises SettingsError.

    A time without a zone is this machine's.
    """
    ago = re.fullmatch(r"(\d{1,9})([smhdw])", typed.strip())
    try:
        if ago:
            return iso_utc(now - timedelta(seconds=int(ago[1]) * UNITS_S[ago[2]]))
        return iso_utc(datetime.fromisoformat(typed.strip()).astimezone(UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise SettingsError(f"{typed!r} is not a time; write 90s, 10m, 2h, 3d, or 2026-01-31T12:00:00Z.") from error


def taken_as_local(typed: str, now: datetime) -> str:
    """Says how a time without a zone was taken; empty where it has one, or is none."""
    try:
        zoneless = datetime.fromisoformat(typed.strip()).tzinfo is None
    except ValueError:
        return ""
    if not zoneless:
        return ""
    return f"{typed.strip()} has no zone and is taken as this machine's time: {moment(typed, now)}."
