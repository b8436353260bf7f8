"""The audit log in the database: entries are added, and never changed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fer_controller.store.audit.records import BEGINNING, AuditRow, Proof, chained
from fer_controller.store.database import Database, named
from fer_controller.store.filter import OPEN_ENDS, AuditFilter, Where

NO_LIMIT = 2**62
NONE = -1
"""No entry has this id."""
ROWS_AT_A_TIME = 1000
SEARCHED = 100_000
"""Entries that a search by words reads at most: no index holds parts of sentences, and a log grows for years."""


class AuditStore:
    """One chain of entries; what is added here comes from one origin."""

    def __init__(self, database: Database, origin: str = "") -> None:
        self._database, self._origin = database, origin

    def append(self, entries: Iterable[AuditRow]) -> None:
        """Add entries at the end of the chain, in the transaction of what they tell of where there is one."""
        with self._database.transaction():
            last = next(iter(self.newest(1)), None)
            id_, before = (last.id, last.hash) if last else (0, BEGINNING)
            rows = []
            for entry in entries:
                row = chained(replace(entry, origin=entry.origin or self._origin), id_ + 1, before)
                rows.append(named(row))
                id_, before = row.id, row.hash
            self._database.many("insert_audit", rows)

    def newest(self, limit: int) -> list[AuditRow]:
        """The newest entries, ascending by id."""
        return self._database.records(AuditRow, "newest_audit", {"limit": limit})

    def matching(self, wanted: AuditFilter, limit: int) -> list[AuditRow]:
        """The newest entries that match, ascending by id.

        Words are looked for in the last SEARCHED entries before `until` and `before_id`.
        """
        where, between = Where(wanted, AuditFilter), self._between(wanted)
        if wanted.text is not None:
            between = self._searched(between, wanted.before_id)
        return self._database.records(AuditRow, "audit_where", {**where.values, **between, "limit": limit}, where=where)

    def actors(self) -> list[str]:
        """Who did something, by name."""
        return [row["name"] for row in self._database.rows("audit_actors")]

    def actions(self) -> list[str]:
        """What was done, by name."""
        return [row["name"] for row in self._database.rows("audit_actions")]

    def page(self, rollout: str = "", after_id: int = 0, limit: int = NO_LIMIT) -> list[AuditRow]:
        """Entries of one rollout or of all, in the order in which they were made."""
        values = {"rollout": rollout, "after_id": after_id, "limit": limit}
        return self._database.records(AuditRow, "audit_of", values)

    def examine(self, known: str = "") -> Proof:
        """Whether each entry is as it was written, up to the first that is not; known is a hash that must be there.

        Whoever can write the database can write the whole chain anew: a hash that was noted elsewhere shows that, too.
        """
        entries, head, met = 0, BEGINNING, not known
        for entry in self._every():
            if chained(entry, entry.id, head).hash != entry.hash:
                return Proof(
                    entries, head, f"Entry {entry.id} is not as it was written, or one before it was taken out."
                )
            entries, head, met = entries + 1, entry.hash, met or entry.hash == known
        lost = "" if met else f"No entry has the hash {known[:64]}: the end is missing, or all was written anew."
        return Proof(entries, head, lost)

    def _between(self, wanted: AuditFilter) -> dict[str, int]:
        """Between which ids the entries of a time are: they stand by id, and their times are nearly in that order."""
        if (wanted.since, wanted.until) == OPEN_ENDS:
            return {"first_id": 0, "last_id": NO_LIMIT}
        (found,) = self._database.rows("ids_of_audit", {"since": wanted.since, "until": wanted.until})
        return {name: NONE if found[name] is None else found[name] for name in ("first_id", "last_id")}

    def _searched(self, between: dict[str, int], before_id: int | None) -> dict[str, int]:
        newest = next((each.id for each in self.newest(1)), NONE)
        last = min(between["last_id"], newest, NO_LIMIT if before_id is None else before_id - 1)
        return {"first_id": max(between["first_id"], last - SEARCHED + 1), "last_id": last}

    def _every(self) -> Iterator[AuditRow]:
        after_id = -1
        while page := self.page(after_id=after_id, limit=ROWS_AT_A_TIME):
            yield from page
            after_id = page[-1].id
