"""Each device in a line: what a table of the fleet shows of it, without its whole report."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fer_wire.message import iso_utc
from pydantic_core import from_json

from fer_controller.ingest.devices import presence
from fer_controller.store.devices.records import Device
from fer_controller.store.devices.reports import NewestReports
from fer_controller.store.rollouts.records import Failures
from fer_controller.store.subjects import Subjects
from fer_controller.store.telemetry.records import Figures

FIGURES_FOR = timedelta(days=1)
"""What a device measured longer ago says nothing of it now."""


@dataclass(frozen=True, slots=True)
class Line:
    """A device in a line; a text is empty where it is not known."""

    device: str
    state: str
    """online, stale, offline or unknown."""
    since: str = ""
    last_seen: str = field(default="", compare=False)
    """Always new while it is online, so that lines alike in all else count as the same."""
    reason: str = ""
    """Why it is offline, as far as it said."""
    device_class: str = ""
    model: str = ""
    provider: str = ""
    version: str = ""
    """Of its agent."""
    update: str = ""
    """How far it is with its last rollout."""
    update_reason: str = ""
    rollout: str = ""
    blind: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    quarantined: str = ""
    """Why it is in quarantine."""
    quarantined_at: str = ""
    revoked: bool = False
    clock_offset_s: float = field(default=0.0, compare=False)
    """By how much its clock is ahead (behind: negative)."""


class Said(NamedTuple):
    """What a device's last report says, as far as a line tells it."""

    device_class: str = ""
    model: str = ""
    provider: str = ""
    update: str = ""
    update_reason: str = ""
    rollout: str = ""


def lines(known: Subjects, now: datetime, stale_after_s: float) -> list[Line]:
    """Every device that was ever heard of, by name."""
    labels, failures, revoked = known.devices.labels_of_each(), known.rollouts.failures(), known.devices.revoked()
    return [
        _line(
            device, presence(device, now, stale_after_s), labels.get(device.device, {}), failures.get(device.device),
            revoked=device.device in revoked,
        )
        for device in known.devices.all()
    ]  # fmt: skip


def _line(device: Device, state: str, labels: Mapping[str, str], failed: Failures | None, *, revoked: bool) -> Line:
    said, in_quarantine = (
        _reports.of(device.device, device.reported),
        failed is not None and bool(failed.quarantined_at),
    )
    return Line(
        device=device.device,
        state=state,
        since=device.since,
        last_seen=device.last_seen,
        reason=device.reason,
        device_class=said.device_class,
        model=said.model,
        provider=said.provider,
        version=device.agent_version,
        update=said.update,
        update_reason=said.update_reason,
        rollout=said.rollout,
        blind=device.blind,
        labels=labels,
        quarantined=(failed.reason or "it failed too often") if failed and in_quarantine else "",
        quarantined_at=failed.quarantined_at if failed else "",
        revoked=revoked,
        clock_offset_s=device.clock_offset_s,
    )


def figures(known: Subjects, names: Iterable[str], now: datetime) -> dict[str, Figures]:
    """By device: what it measured last, of those that measured something within a day."""
    return known.telemetry.newest_figures(json.dumps(list(names)), iso_utc(now - FIGURES_FOR))


def _said(report: str) -> Said:
    """Read leanly, for there may be ten thousand."""
    if not report:
        return Said()
    told: dict[str, Any] = from_json(report)
    running, update = told.get("running") or {}, told.get("update") or {}
    return Said(
        device_class=(told.get("capabilities") or {}).get("device_class") or "",
        model=running.get("model") or "",
        provider=running.get("provider") or "",
        update=update.get("state") or "",
        update_reason=update.get("reason") or "",
        rollout=update.get("rollout") or "",
    )


_reports = NewestReports(_said)
