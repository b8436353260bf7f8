"""Labels and quarantine."""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.errors import RequestError
from fer_controller.operations.labels import LABELS, RELABEL, LabelsAnswer, LabelsQuery
from fer_controller.rollout.devices import labels as rollout_labels
from fer_controller.rollout.devices.relabel import Relabel


@ANSWERS.carries_out(LABELS)
def labels(context: Context, asked: LabelsQuery) -> list[LabelsAnswer]:
    """These devices, or all that have a label or are in quarantine; raises RequestError."""
    _refuse_strangers(context, asked.devices)
    return _labels(context, asked.devices)


@ANSWERS.carries_out(RELABEL)
def relabel(context: Context, asked: Relabel) -> list[LabelsAnswer]:
    """Change them, and say how the devices stand then; raises RequestError."""
    _refuse_strangers(context, asked.devices)
    rollout_labels.change(context.stores.rollouts, asked, context.actor, datetime.now(UTC))
    return _labels(context, asked.devices)


def _refuse_strangers(context: Context, names: Sequence[str]) -> None:
    """Raises RequestError for a device that was never heard of, enrolled or labelled."""
    known = context.stores.looking
    there_are = {
        *(each.device for each in known.devices.all()), *(each.device for each in known.devices.labels()),
        *(each.holder for each in known.tokens.enrolled()),
    }  # fmt: skip
    for name in names:
        if name not in there_are:
            near = get_close_matches(name, there_are, 1)
            raise RequestError(
                f"No device {name!r} was ever heard of or enrolled{f'; did you mean {near[0]}?' if near else '.'} "
                "`fer-controller devices` lists those there are; a label is written KEY=VALUE, for example site=lab."
            )


def _labels(context: Context, devices: Sequence[str]) -> list[LabelsAnswer]:
    store = context.stores.rollouts
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
