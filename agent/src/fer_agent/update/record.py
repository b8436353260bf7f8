"""update.json: the order, how far it has come, and what must not be forgotten when the agent dies."""

import logging
from pathlib import Path
from typing import Dict, Optional, Tuple

from fer_wire import Desired
from fer_wire.reported import IDLE, UNFINISHED_STATES, Update
from pydantic import BaseModel, ConfigDict, ValidationError

from fer_agent.update import durable
from fer_agent.update.transitions import after

log = logging.getLogger(__name__)

REASON_CHARACTERS = 500
KEYS_REMEMBERED = 32

Key = Tuple[str, int, str]


class Before(BaseModel):
    """What one camera's pipeline did before the update."""

    model_config = ConfigDict(frozen=True)

    fps: float
    p95_ms: float


class Record(BaseModel):
    """One update of the device, as it stands on disk."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    desired: Optional[Desired] = None
    state: str = IDLE
    reason: str = ""
    sequence: int = 0
    """The highest that was taken."""
    crashes: int = 0
    """How often the agent died while the model was loaded or on trial."""
    stopped: bool = False
    """Whether the agent was stopped in order; otherwise it died."""
    chosen: str = ""
    """sha256 of the file that was chosen."""
    measured_ms: Dict[str, float] = {}
    downloaded_bytes: int = 0
    size_bytes: int = 0
    before: Dict[str, Before] = {}
    """By camera."""
    done: Tuple[Key, ...] = ()
    """The keys of updates that have ended; none is done again."""

    @property
    def unfinished(self) -> bool:
        """Whether the update goes on."""
        return self.state in UNFINISHED_STATES

    @property
    def reference(self) -> str:
        """NAME@VERSION/PRECISION of the file that was chosen, or of the first choice."""
        artifacts = self.desired.artifacts if self.desired else ()
        chosen = [a.model for a in artifacts if a.sha256 == self.chosen]
        return (chosen or [self.desired.model if self.desired else ""])[0]

    def begun(self, desired: Desired) -> "Record":
        """The record of a new order, not begun yet."""
        size_bytes = sum(artifact.size_bytes for artifact in desired.artifacts)
        return Record(
            desired=desired,
            sequence=max(self.sequence, desired.sequence),
            size_bytes=size_bytes,
            done=self.done,
        )

    def moved(self, event: str, reason: str = "", **changes: object) -> "Record":
        """The record after an event; raises UpdateError when the event cannot happen now."""
        state = after(self.state, event)
        changes.update(state=state, reason=_shortened(reason))
        if state not in UNFINISHED_STATES and self.desired:
            changes["done"] = (*self.done, self.desired.key)[-KEYS_REMEMBERED:]
        return self.model_copy(update=changes)

    def update(self) -> Optional[Update]:
        """What the device reports of it; None before the first order."""
        desired = self.desired
        if desired is None:
            return None
        return Update(
            rollout=desired.rollout,
            attempt=desired.attempt,
            sha256=desired.sha256,
            state=self.state,
            reason=self.reason,
            model=self.reference,
            downloaded_bytes=self.downloaded_bytes,
            size_bytes=self.size_bytes,
            measured_ms=self.measured_ms,
        )


class RecordFile:
    """Where the record lies."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Record:
        """The record; an empty one when there is none, or none that can be read."""
        try:
            return Record.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Record()
        except (ValidationError, OSError) as error:
            log.error("%s cannot be read (%s); the update that it tells of is forgotten.", self._path, _first(error))
            return Record()

    def save(self, record: Record) -> None:
        """Replace it; raises StateError when it cannot be written."""
        durable.replace(self._path, record.model_dump_json().encode())


def _shortened(reason: str) -> str:
    return reason if len(reason) <= REASON_CHARACTERS else reason[: REASON_CHARACTERS - 1] + "…"


def _first(error: Exception) -> str:
    return str(error.errors(include_url=False)[0]["msg"]) if isinstance(error, ValidationError) else str(error)
