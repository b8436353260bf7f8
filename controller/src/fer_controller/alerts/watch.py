"""One look at the fleet after another: what is found moves alerts, and what is to be told is stored with that."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from fer_wire.message import iso_utc

from fer_controller.alerts import notice
from fer_controller.alerts.grouping import ALL, grouped
from fer_controller.alerts.rules import RULES, Finding, Rule
from fer_controller.alerts.silencing import Quiet
from fer_controller.alerts.transitions import (
    ABSORB,
    ALERT,
    EASING,
    END,
    FADE,
    LAST,
    OVER,
    PENDING,
    RAISED,
    RETURN,
)
from fer_controller.alerts.view import View
from fer_controller.settings import AlertSettings
from fer_controller.store.alerts.book import AlertBook
from fer_controller.store.alerts.records import Alert

COMES_BACK_WITHIN = timedelta(days=1)
MOST_DOUBLINGS = 8
LOOKS_MISSED = 5
LEAST_GAP = timedelta(seconds=60)
"""Nobody knows what lasted meanwhile, when the fleet was not looked at for longer."""
log = logging.getLogger(__name__)


class Watch:
    """Compares what rules find with the alerts that are open."""

    def __init__(self, book: AlertBook, settings: AlertSettings, rules: Sequence[Rule] = RULES) -> None:
        self._book, self._settings, self._rules = book, settings, rules

    def see(self, view: View) -> "Seen":
        """Let all rules look, before a transaction in which others have to wait."""
        quiet = Quiet(self._book.silences(view.at), view)
        return Seen(view, [_Found.by(rule, view, self._settings, quiet) for rule in self._rules])

    def take(self, seen: "Seen") -> list[notice.Notice]:
        """Move the alerts; returns what is to be told, which the caller stores in the same transaction."""
        told: list[notice.Notice] = []
        with self._book.transaction():
            self._begin_again_after_a_gap(seen.view)
            known = self._book.open()
            for each in seen.found:
                of_rule = {alert.subject: alert for alert in known if alert.rule == each.rule.name}
                told += _Turn(self._book, self._settings, seen.view, of_rule, each).take()
            self._book.note_look(seen.view.at)
        return told

    def _begin_again_after_a_gap(self, view: View) -> None:
        """What is counted from one look to the next begins anew when there was none for long."""
        looked_at = self._book.looked_at()
        gap = view.now - datetime.fromisoformat(looked_at) if looked_at else timedelta(0)
        longest = max(LEAST_GAP, timedelta(seconds=LOOKS_MISSED * self._settings.every_s))
        if timedelta(0) <= gap <= longest:
            return
        for each in self._book.open():
            if each.state == PENDING:
                self._book.move(replace(each, begun_at=view.at, changed_at=view.at), PENDING)
            elif each.state == EASING:
                self._book.move(replace(each, changed_at=view.at), EASING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What all rules found in a view."""

    view: View
    found: "Sequence[_Found]"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a rule found, and the subjects of what it found that is silenced."""

    rule: Rule
    loud: Sequence[Finding]
    hushed: Collection[str]

    @classmethod
    def by(cls, rule: Rule, view: View, settings: AlertSettings, quiet: Quiet) -> Self:
        """Let the rule look."""
        found = list(rule.find(view, settings))
        hushed = {each.subject for each in found if quiet.covers(rule, each)}
        return cls(rule, [each for each in found if each.subject not in hushed], hushed)


class _Turn:
    """One rule in one look."""

    def __init__(
        self, book: AlertBook, settings: AlertSettings, view: View, known: Mapping[str, Alert], seen: _Found
    ) -> None:
        self._book, self._settings, self._rule, self._view, self._known = book, settings, seen.rule, view, known
        self._hushed = seen.hushed
        findings = grouped(seen.rule, seen.loud, settings.many, len(view.devices), was_many=ALL in known)
        self._found = {each.subject: each for each in findings}
        self._told: list[notice.Notice] = []

    def take(self) -> list[notice.Notice]:
        """Move what is known, and begin what is new."""
        for subject, alert in self._known.items():
            if subject in self._found:
                self._goes_on(alert, self._found[subject])
            elif ALL in self._found and not self._is_hushed(alert):
                self._absorb(alert)
            elif not self._is_unknown(alert):
                self._is_gone(alert)
        for subject, finding in self._found.items():
            if subject not in self._known:
                self._begin(finding)
        return self._told

    def _is_hushed(self, alert: Alert) -> bool:
        return alert.subject in self._hushed or (alert.subject == ALL and bool(self._hushed))

    def _is_unknown(self, alert: Alert) -> bool:
        """Whether nobody can say, or is to say, that it is over."""
        unseen = self._rule.measured and alert.device in self._view.unseen
        return alert.state != PENDING and (unseen or self._is_hushed(alert))

    def _begin(self, finding: Finding) -> None:
        at, rule = self._view.at, self._rule.name
        before = self._book.last_returns(rule, finding.subject, iso_utc(self._view.now - COMES_BACK_WITHIN))
        made = Alert(
            rule, finding.subject, PENDING, finding.sentence, at, at, finding.device, finding.rollout,
            returns=0 if before is None else before + 1,
        )  # fmt: skip
        self._goes_on(replace(made, id=self._book.begin(made)), finding)

    def _goes_on(self, alert: Alert, finding: Finding) -> None:
        alert = self._said(alert, finding.sentence)
        if alert.state == EASING:
            self._move(alert, RETURN)
        elif alert.state == PENDING and self._since(alert.begun_at) >= self._rule.lasting_s(self._settings):
            raised = self._move(replace(alert, raised_at=self._view.at), LAST)
            log.warning("Alert %d (%s): %s", raised.id, raised.rule, raised.sentence)
            self._told.append(notice.notice(RAISED, raised))

    def _is_gone(self, alert: Alert) -> None:
        if alert.state == PENDING:
            self._book.drop(alert.id)
        elif alert.state == RAISED:
            self._move(alert, FADE)
        elif self._since(alert.changed_at) >= self._settings.over_s * 2 ** min(alert.returns, MOST_DOUBLINGS):
            over = self._move(replace(alert, over_at=self._view.at), END)
            log.info("Alert %d (%s) is over: %s", over.id, over.rule, over.sentence)
            self._told.append(notice.notice(OVER, over))

    def _absorb(self, alert: Alert) -> None:
        """It is one of many, of which one alert tells."""
        if alert.state == PENDING:
            self._book.drop(alert.id)
        else:
            self._move(replace(alert, over_at=self._view.at), ABSORB)

    def _said(self, alert: Alert, sentence: str) -> Alert:
        if alert.sentence == sentence:
            return alert
        said = replace(alert, sentence=sentence)
        self._book.move(said, alert.state)
        return said

    def _move(self, alert: Alert, event: str) -> Alert:
        moved = replace(alert, state=ALERT.after(alert.state, event, str(alert.id)), changed_at=self._view.at)
        self._book.move(moved, alert.state)
        return moved

    def _since(self, at: str) -> float:
        return (self._view.now - datetime.fromisoformat(at)).total_seconds()
