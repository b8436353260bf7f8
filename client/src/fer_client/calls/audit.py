"""Audit. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class EntryAnswer(TypedDict):
    """One entry of the audit log: a decision, an act, or requests that were turned away."""

    id: int
    time: str
    rollout: str
    wave: int | None
    device: str | None
    actor: str
    action: str
    sentence: str
    numbers: Dict[str, Any]
    origin: str
    hash: str


class TypedAuditFilter(TypedDict, total=False):
    """What may be left out.

    actor: Only what this operator did.
    action: Only what was done in this way.
    device: Only what concerns this device.
    rollout: Only what concerns this rollout.
    text: Only what is told in a sentence with these words in it: of the last 100,000 entries, or of those
    before `before_id` or `until`, to search older ones.
    since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    before_id: Only entries before this id: the first of a page, to get the page before.
    """

    actor: str
    action: str
    device: str
    rollout: str
    text: str
    since: str
    until: str
    before_id: int


class NewestEntriesQuery(TypedAuditFilter, total=False):
    """What may be left out.

    limit: The newest so many.
    """

    limit: int


class EntriesQuery(TypedDict, total=False):
    """What may be left out.

    after_id: After this id.
    limit: At most so many.
    """

    after_id: int
    limit: int


class AuditNamesAnswer(TypedDict):
    """What the audit log can be filtered by."""

    actors: List[str]
    actions: List[str]
    searched: int


class Audit:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_entries(self, **options: Unpack[NewestEntriesQuery]) -> List[EntryAnswer]:
        """The newest entries of the audit log that match, ascending by id, as `audit list --json`."""
        return cast("List[EntryAnswer]", self._connection.get("/v1/audit", {}, {**options}))

    def entries(self, **options: Unpack[EntriesQuery]) -> List[EntryAnswer]:
        """The next entries of the audit log after an id: all of them, page by page, as `audit export`."""
        return cast("List[EntryAnswer]", self._connection.get("/v1/audit/as-stored", {}, {**options}))

    def audit_names(self) -> AuditNamesAnswer:
        """Who stands in the audit log, and what was done: what its entries can be filtered by."""
        return cast("AuditNamesAnswer", self._connection.get("/v1/audit/names", {}, {}))
