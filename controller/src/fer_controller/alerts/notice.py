"""What targets are told: as JSON for programs, as title and text for people."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fer_controller.alerts.rules import BY_NAME
from fer_controller.alerts.transitions import OVER, RAISED
from fer_controller.store.alerts.records import Alert

TEST = "test"
"""What is told beside an alert's being raised and being over."""


class Notice(BaseModel):
    """One thing to be told; a program that reads it ignores fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str = Field(description=f"{RAISED}, {OVER} or {TEST}.")
    alert: int = Field(default=0, description="The alert's id; 0 for a test.")
    rule: str = Field(default="", description="What found it.")
    subject: str = Field(default="", description="What it is about; empty for many at once.")
    device: str = Field(default="", description="The device; empty for what is no device's.")
    rollout: str = Field(default="", description="The rollout, likewise.")
    sentence: str = Field(description="What is the matter.")
    raised_at: str = Field(default="", description="ISO 8601 in UTC.")
    over_at: str = Field(default="", description="ISO 8601 in UTC; empty while it is not over.")

    @property
    def title(self) -> str:
        """A line for people."""
        if self.kind == TEST:
            return "Test of alerts"
        said = BY_NAME[self.rule].title if self.rule in BY_NAME else self.rule
        about = f": {self.subject}" if self.subject else ""
        return f"{'Over: ' if self.kind == OVER else ''}{said}{about}"

    def text(self, delivery: int, attempt: int) -> str:
        """The rest for people; what is sent once more says so."""
        again = f"This is attempt {attempt}; an earlier one may have arrived." if attempt > 1 else ""
        since = f"Raised at {self.raised_at}" if self.raised_at else ""
        until = f", over at {self.over_at}" if self.over_at else ""
        named = f"Alert {self.alert}, delivery {delivery}." if self.alert else f"Delivery {delivery}."
        return "\n".join(filter(None, (self.sentence, f"{since}{until}." if since else "", named, again)))

    def document(self, delivery: int, attempt: int) -> dict[str, Any]:
        """For programs: a delivery that comes twice has the same number."""
        return {"delivery": delivery, "attempt": attempt, "title": self.title, **self.model_dump()}


def notice(kind: str, alert: Alert) -> Notice:
    """What is told of an alert."""
    return Notice(
        kind=kind,
        alert=alert.id,
        rule=alert.rule,
        subject=alert.subject,
        device=alert.device,
        rollout=alert.rollout,
        sentence=alert.sentence,
        raised_at=alert.raised_at,
        over_at=alert.over_at,
    )
