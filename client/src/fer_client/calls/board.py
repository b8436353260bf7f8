"""Board. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Sequence, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack

FacetsAnswer = TypedDict(
    "FacetsAnswer",
    {
        "state": "Dict[str, int]",
        "class": "Dict[str, int]",
        "model": "Dict[str, int]",
        "version": "Dict[str, int]",
        "labels": "Dict[str, Dict[str, int]]",
        "cut": "List[str]",
    },
)
"""How many devices have which value, most first; of each facet as all filters but its own leave them."""


FleetLineAnswer = TypedDict(
    "FleetLineAnswer",
    {
        "device": "str",
        "state": "str",
        "since": "str | None",
        "reason": "str | None",
        "class": "str | None",
        "model": "str | None",
        "provider": "str | None",
        "version": "str | None",
        "update": "str | None",
        "rollout": "str | None",
        "labels": "Dict[str, str]",
        "quarantined": "str | None",
        "revoked": "bool",
        "blind": "str | None",
        "kinds": "List[str]",
        "last_seen": "str | None",
        "clock_offset_s": "float",
        "certificate": "str | None",
        "fps": "float | None",
        "temperature_c": "float | None",
        "disk_free_mb": "float | None",
        "pending_events": "int | None",
    },
)
"""A device in a line, with what it measured last within a day."""


class FleetAnswer(TypedDict):
    """A page of the fleet's table."""

    total: int
    devices: int
    lines: List[FleetLineAnswer]
    facets: FacetsAnswer


class FleetQuery(TypedDict, total=False):
    """What may be left out.

    where: Only devices whose name, model or a label's value holds this text.
    selector: Only those of 'site=lab,room!=cellar': labels, device, class, model.
    states: Only online, stale, offline or unknown ones.
    classes: Only of this class: nano, orin, x86 …
    models: Only those that run NAME@VERSION/PRECISION.
    versions: Only those whose agent has this version.
    kinds: Only those that need attention for this reason, or are updating.
    sort: By which column.
    descending: The other way round; what is not known comes last either way.
    offset: Leave out the first so many.
    limit: At most so many.
    """

    where: str
    selector: str
    states: Sequence[str]
    classes: Sequence[str]
    models: Sequence[str]
    versions: Sequence[str]
    kinds: Sequence[str]
    sort: str
    descending: bool
    offset: int
    limit: int


class Board:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fleet(self, **options: Unpack[FleetQuery]) -> FleetAnswer:
        """The fleet's table, filtered, sorted and page by page, with how many devices have which value."""
        return cast(
            "FleetAnswer",
            self._connection.get(
                "/v1/fleet",
                {},
                {**options},
                {"states": "state", "classes": "class", "models": "model", "versions": "version", "kinds": "kind"},
            ),
        )
