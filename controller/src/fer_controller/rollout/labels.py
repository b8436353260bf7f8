"""Labels of devices, by which selectors find them, and their way out of quarantine."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fer_wire import TopicError
from fer_wire.message import iso_utc
from fer_wire.names import checked_name

from fer_controller.errors import RequestError
from fer_controller.rollout import audit
from fer_controller.rollout.devices import selector
from fer_controller.rollout.relabel import Relabel
from fer_controller.store.devices.records import Label
from fer_controller.store.rollouts.records import Changes, Failures
from fer_controller.store.rollouts.store import RolloutStore


def change(store: RolloutStore, words: Relabel, actor: str, now: datetime) -> None:
    """Do what the words say; raises RequestError, and then changes nothing."""
    names = _names(words.devices)
    labels = [selector.label(text) for text in words.labels]
    gone = [selector.label_key(key) for key in words.remove]
    at = iso_utc(now)
    rows = [Label(name, key, value) for name in names for key, value in labels]
    store.devices.label(rows, [(name, key) for name in names for key in gone], at, actor)
    if words.release:
        store.write(_released(names, actor, at))


def documents(store: RolloutStore, devices: Sequence[str] = ()) -> list[dict[str, Any]]:
    """These devices, or all that have a label or are in quarantine, as they are printed."""
    found: dict[str, dict[str, str]] = {device: {} for device in devices}
    for each in store.devices.labels():
        if not devices or each.device in devices:
            found.setdefault(each.device, {})[each.key] = each.value
    reasons = {name: each.reason for name, each in store.failures().items() if each.quarantined_at}
    for name in reasons if not devices else ():
        found.setdefault(name, {})
    return [
        {"device": name, "labels": labels, "quarantined": reasons.get(name)} for name, labels in sorted(found.items())
    ]


def _names(devices: Iterable[str]) -> list[str]:
    try:
        return [checked_name(device) for device in devices]
    except TopicError as error:
        raise RequestError(str(error)) from error


def _released(names: Sequence[str], actor: str, at: str) -> Changes:
    sentences = {name: f"{actor} let {name} out of quarantine." for name in names}
    return Changes(
        failures={name: Failures(name, 0) for name in names},
        audit=[audit.entry(at, "", audit.RELEASED, sentences[name], device=name, actor=actor) for name in names],
    )
