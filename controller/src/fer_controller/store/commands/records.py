"""A command as it is stored, and its states as a table; an event that is not listed is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass

from fer_wire import Reply
from fer_wire.commands import DONE
from fer_wire.commands import REFUSED as WAS_REFUSED

ASKED, SENT, ANSWERED, REFUSED, FAILED, EXPIRED = "asked", "sent", "answered", "refused", "failed", "expired"
STATES = (ASKED, SENT, ANSWERED, REFUSED, FAILED, EXPIRED)
OPEN = (ASKED, SENT)
"""The device may still begin it."""

SEND, ANSWER, REFUSE, FAIL, EXPIRE = "send", "answer", "refuse", "fail", "expire"
TABLE: Mapping[tuple[str, str], str] = {
    (ASKED, SEND): SENT,
    **{(state, ANSWER): ANSWERED for state in OPEN},
    **{(state, REFUSE): REFUSED for state in OPEN},
    **{(state, FAIL): FAILED for state in OPEN},
    **{(state, EXPIRE): EXPIRED for state in OPEN},
    (EXPIRED, ANSWER): ANSWERED,
    (EXPIRED, FAIL): FAILED,
    (REFUSED, ANSWER): ANSWERED,
}
"""(state, event) → next state. A reply may come late, and what refused a forgery may have carried out the original."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """What was asked of a device, by whom, and what became of it; times are ISO 8601 in UTC, empty before."""

    id: str
    device: str
    kind: str
    asked_at: str
    asked_by: str
    expires_at: str
    state: str = ASKED
    sent_at: str = ""
    settled_at: str = ""
    run: str = ""
    """Of the agent that replied."""
    reason: str = ""
    diagnosis: str = ""
    """JSON; empty where there is none, and where only the rest was looked up."""
    noted: int = 0
    """Whether the audit log has what became of it."""

    @property
    def is_open(self) -> bool:
        """Whether the device may still begin it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happened to a command; at is when, and run, reason and diagnosis are the device's words."""

    event: str
    at: str
    run: str = ""
    reason: str = ""
    diagnosis: str = ""


def reply_of(reply: Reply, at: str) -> Move:
    """What a device's reply, which came then, does to its command; an outcome of a newer agent counts as a failure."""
    event = {DONE: ANSWER, WAS_REFUSED: REFUSE}.get(reply.outcome, FAIL)
    diagnosis = reply.diagnosis.model_dump_json() if reply.diagnosis else ""
    return Move(event, at, reply.run, reply.reason, diagnosis)
