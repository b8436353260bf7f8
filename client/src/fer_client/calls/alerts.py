"""Alerts. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AlertAnswer(TypedDict):
    """An alert; times are ISO 8601 in UTC."""

    alert: int
    rule: str
    title: str
    subject: str | None
    device: str | None
    rollout: str | None
    state: str
    sentence: str
    begun_at: str
    raised_at: str
    over_at: str | None
    returns: int
    acknowledged_at: str | None
    acknowledged_by: str | None
    silenced_until: str | None


class AlertsQuery(TypedDict, total=False):
    """What may be left out.

    all: Those that are over, too.
    limit: The newest so many.
    """

    all: bool
    limit: int


class RuleAnswer(TypedDict):
    """A rule as it is set, and how many alerts it has raised that are not over."""

    rule: str
    title: str
    setting: str
    meaning: str
    value: bool | float
    lasting_s: float
    raised: int
    acknowledged: int


class SilenceAnswer(TypedDict):
    """A silence that holds; times are ISO 8601 in UTC."""

    silence: int
    rule: str | None
    selector: str | None
    reason: str | None
    made_at: str
    made_by: str
    until_at: str


class SilenceRequest(TypedDict, total=False):
    """What may be left out.

    rule: Only this rule; by default every rule.
    selector: Only these devices, 'site=lab,room!=cellar' or 'device=nano-01'; by default all.
    reason: Why; the audit log keeps it.
    """

    rule: str
    selector: str
    reason: str


class TargetAnswer(TypedDict):
    """What came of telling one target."""

    target: str
    state: str
    done_at: str | None
    fault: str | None


class AlertTestAnswer(TypedDict):
    """How a test stands."""

    test: int
    begun_at: str | None
    done: bool
    targets: List[TargetAnswer]


class Alerts:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, **options: Unpack[AlertsQuery]) -> List[AlertAnswer]:
        """The newest alerts, the newest first, as `alerts --json`."""
        return cast("List[AlertAnswer]", self._connection.get("/v1/alerts", {}, {**options}))

    def alert_rules(self) -> List[RuleAnswer]:
        """The rules as they are set, and how many alerts each has raised, as `alerts rules --json`."""
        return cast("List[RuleAnswer]", self._connection.get("/v1/alert-rules", {}, {}))

    def acknowledge(self, alert: int) -> AlertAnswer:
        """Say that you look after an alert, as `alerts ack`; the first who does so stays.

        alert: Its id.
        """
        return cast("AlertAnswer", self._connection.post("/v1/alerts/{alert}/acknowledge", {"alert": alert}, {}))

    def silences(self) -> List[SilenceAnswer]:
        """The silences that hold, the newest first, as `alerts silences --json`."""
        return cast("List[SilenceAnswer]", self._connection.get("/v1/silences", {}, {}))

    def silence(self, for_s: float, **options: Unpack[SilenceRequest]) -> SilenceAnswer:
        """Keep a rule, some devices, or both from raising alerts for a while, as `alerts silence`.

        for_s: For so many seconds.
        """
        return cast("SilenceAnswer", self._connection.post("/v1/silences", {}, {"for_s": for_s, **options}))

    def end_silence(self, silence: int) -> SilenceAnswer:
        """End a silence now, as `alerts unsilence`.

        silence: Its id.
        """
        return cast("SilenceAnswer", self._connection.post("/v1/silences/{silence}/end", {"silence": silence}, {}))

    def test_alerts(self) -> AlertTestAnswer:
        """Have a test sent to every target, as `alerts test`; ask for its outcome by its id."""
        return cast("AlertTestAnswer", self._connection.post("/v1/alert-tests", {}, {}))

    def alert_test(self, test: int) -> AlertTestAnswer:
        """What came of a test of the targets.

        test: Its id.
        """
        return cast("AlertTestAnswer", self._connection.get("/v1/alert-tests/{test}", {"test": test}, {}))
