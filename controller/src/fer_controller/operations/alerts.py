"""Operations on alerts: which there are, who looks after one, silences, and a test of all targets."""

from pydantic import Field

from fer_controller.operations.operation import GET, POST, Answer, Id, Limit, Nothing, Operation, Parameters
from fer_controller.rollout.audit import Reason
from fer_controller.store.credentials.records import OPERATOR, VIEWER

LONGEST_SILENCE_S = 366 * 86_400.0


class AlertsQuery(Parameters):
    """Which alerts."""

    all: bool = Field(default=False, description="Those that are over, too.")
    limit: Limit = Field(default=100, description="The newest so many.")


class AlertAnswer(Answer):
    """An alert; times are ISO 8601 in UTC."""

    alert: int = Field(description="Its id.")
    rule: str = Field(description="What found it: offline, rollout, spool, disk, heat, camera, certificate, …")
    title: str = Field(description="What the rule looks for, in words.")
    subject: str | None = Field(description="What it is about; null for many at once.")
    device: str | None = Field(description="The device; null for what is no device's.")
    rollout: str | None = Field(description="The rollout, likewise.")
    state: str = Field(description="raised, easing (gone, but not for long enough), or over.")
    sentence: str = Field(description="What is the matter, as last seen.")
    begun_at: str = Field(description="When it was first found.")
    raised_at: str = Field(description="When it was raised, and told.")
    over_at: str | None = Field(description="When it was over; null while it is not.")
    returns: int = Field(description="How often in a row it came back within a day.")
    acknowledged_at: str | None = Field(description="When somebody took care of it; null while nobody does.")
    acknowledged_by: str | None = Field(description="Who.")
    silenced_until: str | None = Field(
        default=None, description="Until when a silence covers it, so that it is not raised anew; null without one."
    )


class RuleAnswer(Answer):
    """A rule as it is set, and how many alerts it has raised that are not over."""

    rule: str = Field(description="Its name.")
    title: str = Field(description="What it looks for, in words.")
    setting: str = Field(description="The setting that turns it off, and says from where on it finds something.")
    meaning: str = Field(description="What this setting says.")
    value: bool | float = Field(description="How it is set; 0 or false where the rule is off.")
    lasting_s: float = Field(ge=0, description="How long something has to last to be raised.")
    raised: int = Field(ge=0, description="Its alerts that are not over.")
    acknowledged: int = Field(ge=0, description="How many of them somebody looks after.")


class AcknowledgeRequest(Parameters):
    """Which alert somebody looks after."""

    alert: Id = Field(description="Its id.")


class SilenceRequest(Parameters):
    """What raises no alerts for a while."""

    rule: str = Field(default="", description="Only this rule; by default every rule.")
    selector: str = Field(
        default="", description="Only these devices, 'site=lab,room!=cellar' or 'device=nano-01'; by default all."
    )
    for_s: float = Field(gt=0, le=LONGEST_SILENCE_S, description="For so many seconds.")
    reason: Reason = ""


class SilenceAnswer(Answer):
    """A silence that holds; times are ISO 8601 in UTC."""

    silence: int = Field(description="Its id.")
    rule: str | None = Field(description="Of which rule; null for all.")
    selector: str | None = Field(description="Of which devices; null for all.")
    reason: str | None = Field(description="Why.")
    made_at: str = Field(description="When it was made.")
    made_by: str = Field(description="By whom.")
    until_at: str = Field(description="Until when it holds.")


class EndSilenceRequest(Parameters):
    """Which silence ends now."""

    silence: Id = Field(description="Its id.")


class AlertTestQuery(Parameters):
    """Which test."""

    test: Id = Field(description="Its id.")


class TargetAnswer(Answer):
    """What came of telling one target."""

    target: str = Field(description="Its name in the settings.")
    state: str = Field(description="waiting, sending, delivered or failed.")
    done_at: str | None = Field(description="When it was delivered, or given up; ISO 8601 in UTC.")
    fault: str | None = Field(description="Why it failed.")


class AlertTestAnswer(Answer):
    """How a test stands."""

    test: int = Field(description="Its id.")
    begun_at: str | None = Field(description="When a controller took it up; null while none has.")
    done: bool = Field(description="Whether every target was told, or failed.")
    targets: tuple[TargetAnswer, ...] = Field(description="One for each; none before it is taken up.")


ALERTS = Operation(
    "alerts", GET, "/v1/alerts", VIEWER, AlertsQuery, list[AlertAnswer],
    "The newest alerts, the newest first, as `alerts --json`.",
)  # fmt: skip
ALERT_RULES = Operation(
    "alert_rules", GET, "/v1/alert-rules", VIEWER, Nothing, list[RuleAnswer],
    "The rules as they are set, and how many alerts each has raised, as `alerts rules --json`.",
)  # fmt: skip
ACKNOWLEDGE = Operation(
    "acknowledge", POST, "/v1/alerts/{alert}/acknowledge", OPERATOR, AcknowledgeRequest, AlertAnswer,
    "Say that you look after an alert, as `alerts ack`; the first who does so stays.",
)  # fmt: skip
SILENCES = Operation(
    "silences", GET, "/v1/silences", VIEWER, Nothing, list[SilenceAnswer],
    "The silences that hold, the newest first, as `alerts silences --json`.",
)  # fmt: skip
SILENCE = Operation(
    "silence", POST, "/v1/silences", OPERATOR, SilenceRequest, SilenceAnswer,
    "Keep a rule, some devices, or both from raising alerts for a while, as `alerts silence`.", status=201,
)  # fmt: skip
END_SILENCE = Operation(
    "end_silence", POST, "/v1/silences/{silence}/end", OPERATOR, EndSilenceRequest, SilenceAnswer,
    "End a silence now, as `alerts unsilence`.",
)  # fmt: skip
TEST = Operation(
    "test_alerts", POST, "/v1/alert-tests", OPERATOR, Nothing, AlertTestAnswer,
    "Have a test sent to every target, as `alerts test`; ask for its outcome by its id.", status=201,
)  # fmt: skip
OUTCOME = Operation(
    "alert_test", GET, "/v1/alert-tests/{test}", OPERATOR, AlertTestQuery, AlertTestAnswer,
    "What came of a test of the targets.",
)  # fmt: skip

OPERATIONS = (ALERTS, ALERT_RULES, ACKNOWLEDGE, SILENCES, SILENCE, END_SILENCE, TEST, OUTCOME)
