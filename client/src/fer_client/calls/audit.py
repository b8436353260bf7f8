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

    def newest_entries(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        device: str | None = None,
        rollout: str | None = None,
        since: str | None = None,
        until: str | None = None,
        before_id: int | None = None,
        limit: int | None = None,
    ) -> List[EntryAnswer]:
        """The newest entries of the audit log that match, ascending by id, as `audit list --json`.

        actor: Only what this operator did.
        action: Only what was done in this way.
        device: Only what concerns this device.
        rollout: Only what concerns this rollout.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        before_id: Only entries before this id: the first of a page, to get the page before.
        limit: The newest so many.
        """
        return cast(
            "List[EntryAnswer]",
            self._connection.get(
                "/v1/audit",
                {},
                {
                    "actor": actor,
                    "action": action,
                    "device": device,
                    "rollout": rollout,
                    "since": since,
                    "until": until,
                    "before_id": before_id,
                    "limit": limit,
                },
            ),
        )

    def entries(self, *, after_id: int | None = None, limit: int | None = None) -> List[EntryAnswer]:
        """The next entries of the audit log after an id: all of them, page by page, as `audit export`.

        after_id: After this id.
        limit: At most so many.
        """
        return cast(
            "List[EntryAnswer]", self._connection.get("/v1/audit/as-stored", {}, {"after_id": after_id, "limit": limit})
        )
