"""Operations on the audit log: its newest entries, all of them, and whom and what they name."""

from pydantic import Field

from fer_controller.operations.filters import TypedAuditFilter
from fer_controller.operations.operation import GET, Answer, Id, Limit, Nothing, Operation, Parameters
from fer_controller.operations.rollouts import DecisionAnswer
from fer_controller.store.audit.store import SEARCHED
from fer_controller.store.credentials.records import OPERATOR


class NewestEntriesQuery(TypedAuditFilter):
    """Which of the newest entries."""

    limit: Limit = Field(default=50, description="The newest so many.")


class EntriesQuery(Parameters):
    """Which entries."""

    after_id: Id = Field(default=0, description="After this id.")
    limit: Limit = Field(default=1000, description="At most so many.")


class EntryAnswer(DecisionAnswer):
    """One entry of the audit log: a decision, an act, or requests that were turned away."""

    rollout: str = Field(description="Of which rollout; empty for none.")
    origin: str = Field(description="The address it came from, or this machine; empty for the controller's own.")
    hash: str = Field(description="SHA-256 of the hash before it and of what this entry says.")


class AuditNamesAnswer(Answer):
    """What the audit log can be filtered by."""

    actors: tuple[str, ...] = Field(description="Who did something, by name.")
    actions: tuple[str, ...] = Field(description="What was done, by name.")
    searched: int = Field(default=SEARCHED, description="In how many entries words are looked for at once.")


NEWEST_ENTRIES = Operation(
    "newest_entries", GET, "/v1/audit", OPERATOR, NewestEntriesQuery, list[EntryAnswer],
    "The newest entries of the audit log that match, ascending by id, as `audit list --json`.",
)  # fmt: skip
ENTRIES = Operation(
    "entries", GET, "/v1/audit/as-stored", OPERATOR, EntriesQuery, list[EntryAnswer],
    "The next entries of the audit log after an id: all of them, page by page, as `audit export`.",
)  # fmt: skip
AUDIT_NAMES = Operation(
    "audit_names", GET, "/v1/audit/names", OPERATOR, Nothing, AuditNamesAnswer,
    "Who stands in the audit log, and what was done: what its entries can be filtered by.",
)  # fmt: skip

OPERATIONS = (NEWEST_ENTRIES, ENTRIES, AUDIT_NAMES)
