"""Approval by others than who asked for a rollout: whether it needs any, who has given it, and until when it holds."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fer_controller.errors import RolloutError
from fer_controller.rollout import audit
from fer_controller.rollout.devices import reach, selector
from fer_controller.rollout.planning.digest import digest
from fer_controller.rollout.steps import telling
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    APPROVE,
    AWAIT_APPROVAL,
    AWAITING_APPROVAL,
    EXPIRE,
    LAPSE,
    SCHEDULED,
)
from fer_controller.store.rollouts.records import Order

Approval = dict[str, str]
"""By whom, and when: as it is stored."""
BY, AT = "by", "at"


def ask(rollout: LiveRollout) -> Iterator[Decision]:
    """A planned rollout awaits approval, if the settings ask for any."""
    needed = rollout.tick.settings.approvals
    if needed and _is_asked_for(rollout):
        yield _awaits(rollout, AWAIT_APPROVAL, needed, [])


def look_after(rollout: LiveRollout) -> Iterator[Decision]:
    """What nobody approves in time expires; an approval lapses that no rollout has begun with."""
    row = rollout.row
    if row.state == AWAITING_APPROVAL and rollout.tick.now >= _until(rollout, row.updated_at):
        reason = f"It was not approved within {rollout.tick.settings.approval_hours:g} hours."
        yield from telling.tell_no_more(rollout, reason)
        yield Decision(row, EXPIRE, audit.ENDED, f"The rollout is expired: {reason}", reason=reason)
    elif row.state == SCHEDULED and row.approvals_needed:
        holding = _holding(rollout)
        if len(holding) < row.approvals_needed:
            yield _awaits(rollout, LAPSE, row.approvals_needed, holding, "An approval has lapsed. ")


def approve(rollout: LiveRollout, order: Order) -> tuple[str, list[Decision]]:
    """What is done by this approval, and the decisions; raises RolloutError for one that does not count."""
    row, given = rollout.row, _holding(rollout)
    _expect_another(rollout, order, given)
    if digest(row, rollout.targets.values()) != row.digest or order.digest != row.digest:
        raise RolloutError(
            f"What was approved is not the plan of rollout {row.id}, whose digest is {row.digest}; look at it again."
        )
    given = [*given, {BY: order.actor, AT: rollout.tick.at}]
    approvals = {"approvals": json.dumps(given)}
    missing = row.approvals_needed - len(given)
    if missing > 0:
        return f"It is approved; {missing} more have to approve it.", [Decision(row, fields=approvals)]
    return f"The plan {row.digest} is approved.", [Decision(row, APPROVE, fields=approvals)]


def holds_until(rollout: LiveRollout) -> datetime:
    """When the first of its approvals lapses; never, where it needs none."""
    if not rollout.row.approvals_needed:
        return datetime.max.replace(tzinfo=UTC)
    return min(_until(rollout, each[AT]) for each in _holding(rollout))


def _is_asked_for(rollout: LiveRollout) -> bool:
    """Whether the rollout reaches a device for which approval is asked."""
    terms = reach.limit(rollout.tick.settings.approvals_for)
    facts = {device: {selector.DEVICE: device} for device in rollout.targets}
    for label in rollout.tick.store.devices.labels() if terms else ():
        if label.device in facts:
            facts[label.device][label.key] = label.value
    return any(selector.matches(terms, each) for each in facts.values())


def _awaits(rollout: LiveRollout, event: str, needed: int, given: list[Approval], why: str = "") -> Decision:
    tick, row = rollout.tick, rollout.row
    others = "another operator" if needed == 1 else f"{needed} other operators"
    until = rollout.request.spelled(_until(rollout, tick.at), tick.now)
    reason = f"{why}It waits until {until} for the approval of {others} than {row.created_by}."
    sentence = f"{reason} `fer-controller rollouts approve {row.id}` gives it."
    fields = {"approvals_needed": needed, "approvals": json.dumps(given)}
    return Decision(row, event, audit.AWAITS_APPROVAL, sentence, {"digest": row.digest}, reason=reason, fields=fields)


def _expect_another(rollout: LiveRollout, order: Order, given: list[Approval]) -> None:
    who, row = audit.person(order.actor), rollout.row
    if who == audit.person(row.created_by):
        raise RolloutError(f"{row.created_by} asked for rollout {row.id}; somebody else has to approve it.")
    if who in {audit.person(each[BY]) for each in given}:
        raise RolloutError(f"{order.actor} has approved rollout {row.id} already; somebody else has to.")


def _holding(rollout: LiveRollout) -> list[Approval]:
    """The approvals that have not lapsed."""
    given: list[Approval] = json.loads(rollout.row.approvals)
    return [each for each in given if rollout.tick.now < _until(rollout, each[AT])]


def _until(rollout: LiveRollout, moment: str) -> datetime:
    """How long it may be waited from a moment on, or from when the rollout may first begin after that."""
    opens_at = rollout.request.opens_at(datetime.fromisoformat(moment))
    return opens_at + timedelta(hours=rollout.tick.settings.approval_hours)
