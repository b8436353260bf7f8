"""Audit. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Any, Dict, List, TypedDict, cast

from fer_client.connection import Connection


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


class Audit:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_entries(self, *, limit: int | None = None) -> List[EntryAnswer]:
        """The newest entries of the audit log, ascending by id, as `audit list --json`.

        limit: The newest so many.
        """
        return cast("List[EntryAnswer]", self._connection.get("/v1/audit", {}, {"limit": limit}))

    def entries(self, *, after_id: int | None = None, limit: int | None = None) -> List[EntryAnswer]:
        """The next entries of the audit log after an id: all of them, page by page, as `audit export`.

        after_id: After this id.
        limit: At most so many.
        """
        return cast(
            "List[EntryAnswer]", self._connection.get("/v1/audit/as-stored", {}, {"after_id": after_id, "limit": limit})
        )
