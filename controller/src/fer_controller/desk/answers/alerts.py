"""Alerts, silences, and tests of the targets; each act stands in the audit log, in the same transaction."""

from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.alerts.rules import BY_NAME, RULES, Rule
from fer_controller.alerts.silencing import Quiet
from fer_controller.alerts.transitions import ACKNOWLEDGE as ACKNOWLEDGED
from fer_controller.alerts.transitions import ALERT
from fer_controller.alerts.view import View
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.errors import AlertError, OutOfReachError, RequestError
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    ALERT_RULES,
    ALERTS,
    END_SILENCE,
    OUTCOME,
    SILENCE,
    SILENCES,
    TEST,
    AcknowledgeRequest,
    AlertAnswer,
    AlertsQuery,
    AlertTestAnswer,
    AlertTestQuery,
    EndSilenceRequest,
    RuleAnswer,
    SilenceAnswer,
    SilenceRequest,
    TargetAnswer,
)
from fer_controller.operations.operation import Nothing
from fer_controller.rollout import audit
from fer_controller.rollout.devices import selector
from fer_controller.settings import AlertSettings
from fer_controller.store.alerts.records import Alert, AlertTest, Delivery, Silence


@ANSWERS.carries_out(ALERTS)
def alerts(context: Context, asked: AlertsQuery) -> list[AlertAnswer]:
    """Those that were raised, the newest first."""
    found = context.stores.upgraded.alerts.newest(asked.limit, over=asked.all)
    quiet = _quiet(context, {each.device for each in found})
    return [_alert(each, quiet) for each in found]


@ANSWERS.carries_out(ALERT_RULES)
def alert_rules(context: Context, _asked: Nothing) -> list[RuleAnswer]:
    """Those there are, in the order in which they look."""
    counted = {rule: counts for rule, *counts in context.stores.upgraded.alerts.by_rule()}
    return [_rule(each, context.stores.place.alerts, *counted.get(each.name, (0, 0))) for each in RULES]


@ANSWERS.carries_out(ACKNOWLEDGE)
def acknowledge(context: Context, asked: AcknowledgeRequest) -> AlertAnswer:
    """Note who looks after it; raises AlertError."""
    known = context.stores.changing
    found = context.stores.upgraded.alerts.find(asked.alert)
    if found is None or not found.raised_at:
        raise AlertError(f"There is no alert {asked.alert}; `fer-controller alerts --all` lists those there are.")
    if not ALERT.knows(found.state, ACKNOWLEDGED):
        raise AlertError(f"Alert {found.id} is over since {found.over_at}; there is nothing to look after.")
    sentence = f"{context.actor} looks after alert {found.id} ({found.rule}): {found.sentence}"
    entry = audit.act(audit.ALERT_ACKNOWLEDGED, sentence, context.actor, device=found.device, rollout=found.rollout)
    with known.transaction():
        if known.alerts.acknowledge(found.id, entry.time, context.actor):
            known.audit.append([entry])
    return _alert(context.stores.upgraded.alerts.find(found.id) or found, _quiet(context, {found.device}))


@ANSWERS.carries_out(SILENCES)
def silences(context: Context, _asked: Nothing) -> list[SilenceAnswer]:
    """Those that hold, the newest first."""
    return [_silence(each) for each in context.stores.upgraded.alerts.silences(_now())]


@ANSWERS.carries_out(SILENCE)
def silence(context: Context, asked: SilenceRequest) -> SilenceAnswer:
    """Begin one; raises RequestError for what names no rule or is no selector."""
    _expect_unlimited(context)
    if asked.rule and asked.rule not in BY_NAME:
        raise RequestError(f"There is no rule {asked.rule!r}; give one of {', '.join(BY_NAME)}.")
    selector.parse(asked.selector)
    known, now = context.stores.changing, datetime.now(UTC)
    until = iso_utc(now + timedelta(seconds=asked.for_s))
    made = Silence(asked.rule, asked.selector.strip(), asked.reason.strip(), iso_utc(now), context.actor, until)
    why = f": {made.reason}" if made.reason else ""
    sentence = f"{context.actor} silences {_what(made)} until {until}{why}."
    with known.transaction():
        made = replace(made, id=known.alerts.silence(made))
        known.audit.append([audit.act(audit.ALERTS_SILENCED, sentence, context.actor)])
    return _silence(made)


@ANSWERS.carries_out(END_SILENCE)
def end_silence(context: Context, asked: EndSilenceRequest) -> SilenceAnswer:
    """End it now; raises AlertError where none with this id holds."""
    _expect_unlimited(context)
    known, now = context.stores.changing, _now()
    found = {each.id: each for each in context.stores.upgraded.alerts.silences(now)}.get(asked.silence)
    if found is None:
        raise AlertError(f"No silence {asked.silence} holds; `fer-controller alerts silences` lists those that do.")
    entry = audit.act(audit.SILENCE_ENDED, f"{context.actor} ends the silence of {_what(found)}.", context.actor)
    with known.transaction():
        known.alerts.end_silence(found.id, now)
        known.audit.append([entry])
    return _silence(replace(found, until_at=now))


@ANSWERS.carries_out(TEST)
def ask_test(context: Context, _asked: Nothing) -> AlertTestAnswer:
    """Ask for a test; the controller that sends alerts takes it up."""
    _expect_unlimited(context)
    known = context.stores.changing
    entry = audit.act(audit.ALERTS_TESTED, f"{context.actor} has all targets of alerts tested.", context.actor)
    with known.transaction():
        asked = known.alerts.ask_test(entry.time, context.actor)
        known.audit.append([entry])
    return _test(AlertTest(asked, entry.time, context.actor, ""), [])


@ANSWERS.carries_out(OUTCOME)
def alert_test(context: Context, asked: AlertTestQuery) -> AlertTestAnswer:
    """How it stands; raises AlertError where there is none."""
    book = context.stores.upgraded.alerts
    found = book.test(asked.test)
    if found is None:
        raise AlertError(f"There is no test {asked.test} of alerts.")
    return _test(found, book.of_test(asked.test))


def _expect_unlimited(context: Context) -> None:
    if context.selector:
        raise OutOfReachError(
            f"Silences and tests concern the whole fleet, and {context.actor} is given {context.selector} alone."
        )


def _quiet(context: Context, devices: Set[str]) -> Quiet:
    """The silences that hold, for alerts of these devices."""
    known, now = context.stores.upgraded, datetime.now(UTC)
    held = known.alerts.silences(iso_utc(now))
    if not any(each.selector for each in held):
        return Quiet(held, View(now))
    heard = [each for each in known.devices.all() if each.device in devices]
    return Quiet(held, View(now, heard, labels=known.devices.labels()))


def _rule(rule: Rule, settings: AlertSettings, raised: int, acknowledged: int) -> RuleAnswer:
    return RuleAnswer(
        rule=rule.name,
        title=rule.title,
        setting=f"alerts.{rule.setting}",
        meaning=AlertSettings.model_fields[rule.setting].description or "",
        value=getattr(settings, rule.setting),
        lasting_s=rule.lasting_s(settings),
        raised=raised,
        acknowledged=acknowledged,
    )


def _alert(each: Alert, quiet: Quiet) -> AlertAnswer:
    return AlertAnswer(
        alert=each.id,
        rule=each.rule,
        title=BY_NAME[each.rule].title if each.rule in BY_NAME else each.rule,
        subject=each.subject or None,
        device=each.device or None,
        rollout=each.rollout or None,
        state=each.state,
        sentence=each.sentence,
        begun_at=each.begun_at,
        raised_at=each.raised_at,
        over_at=each.over_at or None,
        returns=each.returns,
        acknowledged_at=each.acknowledged_at or None,
        acknowledged_by=each.acknowledged_by or None,
        silenced_until=None if each.over_at else quiet.until(each.rule, each.device) or None,
    )


def _silence(each: Silence) -> SilenceAnswer:
    return SilenceAnswer(
        silence=each.id,
        rule=each.rule or None,
        selector=each.selector or None,
        reason=each.reason or None,
        made_at=each.made_at,
        made_by=each.made_by,
        until_at=each.until_at,
    )


def _test(test: AlertTest, told: list[Delivery]) -> AlertTestAnswer:
    return AlertTestAnswer(
        test=test.id,
        begun_at=test.begun_at or None,
        done=bool(test.begun_at) and all(each.done_at for each in told),
        targets=tuple(
            TargetAnswer(target=each.target, state=each.state, done_at=each.done_at or None, fault=each.outcome or None)
            for each in told
        ),
    )


def _what(silence: Silence) -> str:
    of = f" of the devices {silence.selector}" if silence.selector else ""
    return f"{f'the rule {silence.rule}' if silence.rule else 'all alerts'}{of}"


def _now() -> str:
    return iso_utc(datetime.now(UTC))
