"""Labels and quarantine."""

from collections.abc import Sequence, Set
from datetime import UTC, datetime

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.errors import OutOfReachError
from fer_controller.operations.labels import LABELS, RELABEL, LabelsAnswer, LabelsQuery
from fer_controller.rollout.devices import labels as rollout_labels
from fer_controller.rollout.devices import reach
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store.credentials.records import ADMIN

HINT = "; a label is written KEY=VALUE, for example site=lab"


@ANSWERS.carries_out(LABELS)
def labels(context: Context, asked: LabelsQuery) -> list[LabelsAnswer]:
    """These devices, or all that have a label or are in quarantine; raises RequestError."""
    context.expect(asked.devices, HINT)
    return _labels(context, asked.devices)


@ANSWERS.carries_out(RELABEL)
def relabel(context: Context, asked: Relabel) -> list[LabelsAnswer]:
    """Change them, and say how the devices stand then; raises RequestError."""
    context.expect(asked.devices, HINT)
    _expect_free(context, {text.partition("=")[0] for text in asked.labels} | {*asked.remove})
    rollout_labels.change(context.stores.changing.rollouts, asked, context.actor, datetime.now(UTC))
    return _labels(context, asked.devices)


def _expect_free(context: Context, keys: Set[str]) -> None:
    """Raises OutOfReachError for a label by which an operator would change what they are given, or who approves."""
    approved = {term.key for term in reach.limit(context.stores.place.rollout.approvals_for)}
    if context.role != ADMIN and keys & approved:
        raise OutOfReachError(
            f"The label {', '.join(sorted(keys & approved))} says of which devices a rollout needs approval; an admin "
            "changes it."
        )
    taken = keys & reach.limiting_keys(context.stores.changing) if context.selector else ()
    if taken:
        raise OutOfReachError(
            f"The label {', '.join(sorted(taken))} says whose devices these are; an operator without limits changes it."
        )


def _labels(context: Context, devices: Sequence[str]) -> list[LabelsAnswer]:
    store = context.stores.upgraded.rollouts
    found: dict[str, dict[str, str]] = {device: {} for device in devices}
    for each in store.devices.labels():
        if not devices or each.device in devices:
            found.setdefault(each.device, {})[each.key] = each.value
    reasons = {name: each.reason for name, each in store.failures().items() if each.quarantined_at}
    for name in reasons if not devices else ():
        found.setdefault(name, {})
    return [
        LabelsAnswer(device=name, labels=labels, quarantined=reasons.get(name))
        for name, labels in sorted(found.items())
    ]
