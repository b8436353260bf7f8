"""Lines as operators see them."""

from typing import Any

from fer_controller.desk.board import needs
from fer_controller.desk.board.lines import Line
from fer_controller.operations.board import FleetLineAnswer, LineInShortAnswer
from fer_controller.settings import DeviceLimits
from fer_controller.store.telemetry.records import Figures


def kinds(line: Line, measured: Figures | None, limits: DeviceLimits) -> tuple[str, ...]:
    """What of it needs attention, and whether it is updating."""
    found = [need.what for need in needs.needs(line, measured, limits)]
    return (*found, *([needs.UPDATING] if needs.is_updating(line) else []))


def in_short(line: Line, its_kinds: tuple[str, ...]) -> LineInShortAnswer:
    """Without what is new with every message."""
    return LineInShortAnswer(**_told(line, its_kinds))


def in_full(
    line: Line, measured: Figures | None, its_kinds: tuple[str, ...], certificate: str | None
) -> FleetLineAnswer:
    """With what it measured last, and what its certificate is."""
    figures = measured or needs.NOTHING_MEASURED
    return FleetLineAnswer(
        **_told(line, its_kinds),
        last_seen=line.last_seen or None,
        clock_offset_s=line.clock_offset_s,
        certificate=certificate,
        fps=figures.fps,
        temperature_c=figures.temperature_c,
        disk_free_mb=figures.disk_free_mb,
        pending_events=figures.pending_events,
    )


def _told(line: Line, its_kinds: tuple[str, ...]) -> dict[str, Any]:
    return {
        "device": line.device,
        "state": line.state,
        "since": line.since or None,
        "reason": line.reason or None,
        "device_class": line.device_class or None,
        "model": line.model or None,
        "provider": line.provider or None,
        "version": line.version or None,
        "update": line.update or None,
        "rollout": line.rollout or None,
        "labels": dict(line.labels),
        "quarantined": line.quarantined or None,
        "revoked": line.revoked,
        "blind": line.blind or None,
        "kinds": its_kinds,
    }
