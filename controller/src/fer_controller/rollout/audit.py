"""The audit log: who decided what, when, and on which numbers."""

import getpass
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fer_wire.message import iso_utc
from pydantic import Field

from fer_controller.store.audit.records import AuditRow

RUNNER = "runner"
PLANNED = "planned"
TOLD = "told"
COMMITTED = "committed"
FAILED = "failed"
TRIED_AGAIN = "tried_again"
QUARANTINED = "quarantined"
RELEASED = "released"
FORGOTTEN = "forgotten"
SKIPPED = "skipped"
TIMED_OUT = "timed_out"
TAKEN_BACK = "taken_back"
RETURNED = "returned"
STRANDED = "stranded"
SUPERSEDED = "superseded"
WAITS = "waits"
AWAITS_APPROVAL = "awaits_approval"
STARTED = "started"
WAVE_STARTED = "wave_started"
WAVE_SOAKS = "wave_soaks"
WAVE_SOAKS_ON = "wave_soaks_on"
WAVE_PASSED = "wave_passed"
WAVE_FAILED = "wave_failed"
PAUSED = "paused"
ENDED = "ended"
REFUSED = "refused"
ORDERED = "ordered"
GIVEN = "given"
LABELED = "labeled"
ENROLLED = "enrolled"
REVOKED = "revoked"
COMMANDED = "commanded"
COMMAND_ENDED = "command_ended"
CERTIFIED = "certified"
RENEWED = "renewed"
AUTHORITY_MADE = "authority_made"
AUTHORITY_RENEWED = "authority_renewed"
OPERATOR_ADDED = "operator_added"
OPERATOR_CHANGED = "operator_changed"
OPERATOR_REMOVED = "operator_removed"
VOIDED = "voided"
SIGNED_IN = "signed_in"
SIGNED_OUT = "signed_out"
KEYS_MADE = "keys_made"
KEYS_PUBLISHED = "keys_published"
MODEL_ADDED = "model_added"
MODEL_SIGNED = "model_signed"
MODEL_REMOVED = "model_removed"
BACKED_UP = "backed_up"
RESTORED = "restored"
MIGRATED = "migrated"
ALERT_ACKNOWLEDGED = "alert_acknowledged"
ALERTS_SILENCED = "alerts_silenced"
SILENCE_ENDED = "silence_ended"
ALERTS_TESTED = "alerts_tested"
TURNED_AWAY = "turned_away"

REASON_CHARACTERS = 200
Reason = Annotated[str, Field(max_length=REASON_CHARACTERS, description="Why; the audit log keeps it.")]
HERE = "this machine"
"""Where an act comes from that was not asked for over HTTP."""
NOBODY = "unknown"
"""Whoever showed no token that is known."""


def entry(
    at: str,
    rollout: str,
    action: str,
    sentence: str,
    *,
    wave: int = 0,
    device: str = "",
    actor: str = RUNNER,
    numbers: Mapping[str, Any] | None = None,
) -> AuditRow:
    """One decision, ready to be stored together with what it changed; wave 0 stands for the whole rollout."""
    return AuditRow(at, rollout, wave, device, actor, action, sentence, json.dumps(numbers or {}, ensure_ascii=False))


def act(action: str, sentence: str, actor: str, *, device: str = "", rollout: str = "") -> AuditRow:
    """What an operator does now."""
    return entry(iso_utc(datetime.now(UTC)), rollout, action, sentence, device=device, actor=actor)


def stamped(entry: AuditRow, origin: str, **numbers: object) -> AuditRow:
    """The entry from another origin than its store's, and with numbers."""
    return replace(entry, origin=origin, numbers=json.dumps(numbers))


def person(actor: str) -> str:
    """Whoever acts, wherever they are: an operator's name, or that of user@host."""
    return actor.partition("@")[0]


def operator() -> str:
    """The operator at this terminal: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
