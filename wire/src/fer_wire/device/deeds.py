"""What each kind of command makes a device tell, and what of it fits into one reply."""

import json
from datetime import datetime
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from fer_wire.commands import (
    DIAGNOSE,
    DOCTOR,
    LINE_CHARACTERS,
    LOGS,
    MOST_FINDINGS,
    MOST_LINES,
    SETTINGS_CHARACTERS,
    Diagnosis,
    Finding,
    Reply,
)
from fer_wire.message import MAX_PAYLOAD_BYTES
from fer_wire.telemetry import Telemetry

LINE_OVERHEAD_BYTES = 1


class Sources(NamedTuple):
    """Where a diagnosis comes from; each is asked while the cameras go on."""

    examine: Callable[[], Sequence[Finding]]
    settings: Callable[[], str]
    versions: Callable[[], Dict[str, str]]
    telemetry: Callable[[], Optional[Telemetry]]
    """What was sent last."""
    log: Callable[[datetime], List[str]]
    """The lines of the hour before a moment, the oldest first."""
    hide: Callable[[str], str]
    """The text without what the settings keep secret."""


def diagnosed(kind: str, sources: Sources, now: datetime) -> Diagnosis:
    """What this kind of command asks for; raises what a source raises."""
    whole = kind == DIAGNOSE
    parts: Dict[str, Any] = {}
    if whole or kind == DOCTOR:
        parts["findings"] = tuple(_hidden(each, sources) for each in sources.examine())[:MOST_FINDINGS]
    if whole:
        parts["settings"] = sources.hide(sources.settings())[:SETTINGS_CHARACTERS]
        parts["versions"], parts["telemetry"] = sources.versions(), sources.telemetry()
    if whole or kind == LOGS:
        lines = [sources.hide(each)[:LINE_CHARACTERS] for each in sources.log(now)]
        parts["log"], parts["left_out"] = tuple(lines[-MOST_LINES:]), max(0, len(lines) - MOST_LINES)
    return Diagnosis(**parts)


def fitted(reply: Reply) -> Reply:
    """The reply as one message can hold it: the oldest lines of the log are left out, and counted."""
    if reply.diagnosis is None or len(reply.payload()) <= MAX_PAYLOAD_BYTES:
        return reply
    diagnosis, first = reply.diagnosis, len(reply.diagnosis.log)
    bare = reply.model_copy(update={"diagnosis": _with_lines_from(diagnosis, first)})
    room = MAX_PAYLOAD_BYTES - len(bare.payload())
    while first and (size := _size(diagnosis.log[first - 1])) <= room:
        room, first = room - size, first - 1
    return reply.model_copy(update={"diagnosis": _with_lines_from(diagnosis, first)})


def _with_lines_from(diagnosis: Diagnosis, first: int) -> Diagnosis:
    """Without the lines before this one, which are counted."""
    return diagnosis.model_copy(update={"log": diagnosis.log[first:], "left_out": diagnosis.left_out + first})


def _size(line: str) -> int:
    return len(json.dumps(line, ensure_ascii=False).encode()) + LINE_OVERHEAD_BYTES


def _hidden(finding: Finding, sources: Sources) -> Finding:
    return finding.model_copy(
        update={"found": sources.hide(finding.found), "remedy": sources.hide(finding.remedy)}
    )  # fmt: skip
