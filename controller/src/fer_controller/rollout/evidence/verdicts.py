"""The verdict of a gate on a wave, with the numbers behind it and the sentence that says them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

PASSED = "passed"
FAILED = "failed"
INCONCLUSIVE = "inconclusive"
NOT_MEASURED = "not measured"
WORDS = {FAILED: "broken", INCONCLUSIVE: "undecided"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate's verdict on a wave, and the numbers behind it."""

    gate: str
    metric: str
    outcome: str
    sentence: str
    value: float | None = None
    before: float | None = None
    after: float | None = None
    devices: int = 0
    of_devices: int = 0
    p: float | None = None
    """The chance of so much for a model that changes nothing."""
    alpha: float | None = None
    """A p up to this breaks the gate, if its limit is broken."""
    power: float | None = None
    """The chance that a model just at the limit would have looked worse than this one does."""
    evidence: str = ""
    """What an observation is: faces or minutes."""
    evidence_before: int = 0
    evidence_after: int = 0
    by_hour: bool = False
    """Whether devices were compared with the same hours of earlier days, rather than the time just before."""
    evidence_needed: int | None = None
    """How many observations after the change would decide, for a model that changes nothing."""
    looks: int = 0
    """How often the gate was looked at so far with error spent."""
    looked_at: int = 0
    """The evidence of the last such look: faces or telemetry messages."""

    def document(self) -> dict[str, Any]:
        """As it is stored and printed."""
        return asdict(self)


def outcome(verdicts: Sequence[Verdict]) -> str:
    """The wave's outcome: failed when one gate failed, else inconclusive when one is, else passed."""
    found = {verdict.outcome for verdict in verdicts}
    return FAILED if FAILED in found else INCONCLUSIVE if INCONCLUSIVE in found else PASSED


def sentences(verdicts: Sequence[Verdict], outcome: str) -> str:
    """What those of this outcome say."""
    return " ".join(verdict.sentence for verdict in verdicts if verdict.outcome == outcome)


def reason(verdicts: Sequence[Verdict], outcome: str) -> str:
    """The same in one sentence: that of the only one, or the gates of several."""
    those = [verdict for verdict in verdicts if verdict.outcome == outcome]
    if len(those) == 1:
        return those[0].sentence
    first, *rest = (verdict.gate for verdict in those)
    are = "are" if len(rest) > 1 else "is"
    return f"{first} is {WORDS[outcome]}, and so {are} {', '.join(rest)}; the log says how."
