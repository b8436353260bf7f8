"""The audit log."""

import json

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.audit import (
    AUDIT_NAMES,
    ENTRIES,
    NEWEST_ENTRIES,
    AuditNamesAnswer,
    EntriesQuery,
    EntryAnswer,
    NewestEntriesQuery,
)
from fer_controller.operations.operation import Nothing
from fer_controller.store.audit.records import AuditRow


@ANSWERS.carries_out(NEWEST_ENTRIES)
def newest_entries(context: Context, asked: NewestEntriesQuery) -> list[EntryAnswer]:
    """The newest that match, ascending by id."""
    return [_entry(each) for each in context.stores.looking.audit.matching(asked, asked.limit)]


@ANSWERS.carries_out(ENTRIES)
def entries(context: Context, asked: EntriesQuery) -> list[EntryAnswer]:
    """Those after an entry, in the order in which they were made."""
    found = context.stores.looking.audit.page(after_id=asked.after_id, limit=asked.limit)
    return [_entry(each) for each in found]


@ANSWERS.carries_out(AUDIT_NAMES)
def audit_names(context: Context, _asked: Nothing) -> AuditNamesAnswer:
    """Of what is in reach."""
    known = context.stores.looking.audit
    return AuditNamesAnswer(actors=tuple(known.actors()), actions=tuple(known.actions()))


def _entry(entry: AuditRow) -> EntryAnswer:
    return EntryAnswer(
        id=entry.id,
        time=entry.time,
        rollout=entry.rollout,
        wave=entry.wave or None,
        device=entry.device or None,
        actor=entry.actor,
        action=entry.action,
        sentence=entry.sentence,
        numbers=json.loads(entry.numbers),
        origin=entry.origin,
        hash=entry.hash,
    )
