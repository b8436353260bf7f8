"""Operations on the fleet at a glance: its table, filtered, sorted and page by page, with counts to filter by."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from fer_controller.operations.fleet import EXPIRED, REVOKED, VALID
from fer_controller.operations.operation import GET, Answer, Operation, Parameters
from fer_controller.store.credentials.records import VIEWER

PAGE = 50
MOST_LINES = 1000
MOST_VALUES = 20
"""So many values of each facet are counted, those of most devices, and so many labels."""
Sort = Literal[
    "device", "state", "since", "last_seen", "class", "model", "version", "update", "fps", "temperature_c",
    "disk_free_mb",
]  # fmt: skip
Kind = Literal["quarantined", "offline", "failed", "stale", "blind", "low_disk", "hot", "updating"]
"""What of a device needs attention, as /v1/overview names it, and `updating`."""


class FleetQuery(Parameters):
    """Which devices, and in which order; several values of one parameter are alternatives."""

    where: str = Field(
        default="", max_length=200, description="Only devices whose name, model or a label's value holds this text."
    )
    selector: str = Field(
        default="", max_length=1000, description="Only those of 'site=lab,room!=cellar': labels, device, class, model."
    )
    states: tuple[str, ...] = Field(default=(), description="Only online, stale, offline or unknown ones.")
    classes: tuple[str, ...] = Field(default=(), description="Only of this class: nano, orin, x86 …")
    models: tuple[str, ...] = Field(default=(), description="Only those that run NAME@VERSION/PRECISION.")
    versions: tuple[str, ...] = Field(default=(), description="Only those whose agent has this version.")
    kinds: tuple[Kind, ...] = Field(
        default=(), description="Only those that need attention for this reason, or are updating."
    )
    sort: Sort = Field(default="device", description="By which column.")
    descending: bool = Field(default=False, description="The other way round; what is not known comes last either way.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="Leave out the first so many.")
    limit: int = Field(default=PAGE, ge=0, le=MOST_LINES, description="At most so many.")


class LineInShortAnswer(Answer):
    """A device in a line; what is not known is null, and times are ISO 8601 in UTC."""

    device: str = Field(description="Its name.")
    state: str = Field(description="online, stale (online, but silent), offline, or unknown before its first birth.")
    since: str | None = Field(default=None, description="When that began.")
    reason: str | None = Field(default=None, description="Why it is offline, as far as it said.")
    device_class: str | None = Field(default=None, alias="class", description="nano, tx2, xavier, orin, x86 or arm.")
    model: str | None = Field(default=None, description="NAME@VERSION/PRECISION of the classifier that it runs.")
    provider: str | None = Field(default=None, description="The execution provider that runs it.")
    version: str | None = Field(default=None, description="Of its agent.")
    update: str | None = Field(default=None, description="How far it is with its last rollout.")
    rollout: str | None = Field(default=None, description="The id of that rollout.")
    labels: dict[str, str] = Field(default={}, description="Its labels.")
    quarantined: str | None = Field(default=None, description="Why it is in quarantine; null when it is not.")
    revoked: bool = Field(default=False, description="Whether it was taken out of the fleet.")
    blind: str | None = Field(default=None, description="Which of its cameras are frozen or dark.")
    kinds: tuple[str, ...] = Field(default=(), description="What of it needs attention, the worst first.")


class FleetLineAnswer(LineInShortAnswer):
    """A device in a line, with what it measured last within a day."""

    last_seen: str | None = Field(default=None, description="When anything last came from it.")
    clock_offset_s: float = Field(default=0.0, description="Seconds by which its clock is ahead (behind: negative).")
    certificate: str | None = Field(
        default=None, description=f"{VALID}, {EXPIRED} or {REVOKED}; null where the fleet's authority gave it none."
    )
    fps: float | None = Field(default=None, description="Frames per second of all its cameras.")
    temperature_c: float | None = Field(default=None, description="Of its hottest sensor, °C.")
    disk_free_mb: float | None = Field(default=None, description="Where its agent keeps its state, MB.")
    pending_events: int | None = Field(default=None, description="Events in its spool.")


class FacetsAnswer(Answer):
    """How many devices have which value, most first; of each facet as all filters but its own leave them."""

    state: dict[str, int] = Field(description="By state.")
    device_class: dict[str, int] = Field(alias="class", description="By class.")
    model: dict[str, int] = Field(description="By the classifier that they run.")
    version: dict[str, int] = Field(description="By the version of their agent.")
    labels: dict[str, dict[str, int]] = Field(description="By label, and by its value.")
    cut: tuple[str, ...] = Field(
        default=(), description=f"Facets with more than {MOST_VALUES} values, of which the others are left out."
    )


class FleetAnswer(Answer):
    """A page of the fleet's table."""

    total: int = Field(description="How many devices match.")
    devices: int = Field(description="How many there are.")
    lines: tuple[FleetLineAnswer, ...] = Field(description="The page.")
    facets: FacetsAnswer = Field(description="What to filter by.")

    @property
    def rows(self) -> Sequence[object]:
        return self.lines


FLEET = Operation(
    "fleet", GET, "/v1/fleet", VIEWER, FleetQuery, FleetAnswer,
    "The fleet's table, filtered, sorted and page by page, with how many devices have which value.",
)  # fmt: skip

OPERATIONS = (FLEET,)
