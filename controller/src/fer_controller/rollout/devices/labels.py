"""Labels of devices, by which selectors find them; people put devices into quarantine, and release them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from fer_wire import TopicError
from fer_wire.message import iso_utc
from fer_wire.names import checked_name
from fer_wire.printable import printable

from fer_controller.errors import RequestError
from fer_controller.rollout import audit
from fer_controller.rollout.devices import selector
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store.devices.records import Label
from fer_controller.store.rollouts.records import Changes, Failures
from fer_controller.store.rollouts.store import RolloutStore


def change(store: RolloutStore, asked: Relabel, actor: str, now: datetime) -> None:
    """Do what was asked; raises RequestError, and then changes nothing."""
    if asked.release and asked.quarantine:
        raise RequestError("A device is either put into quarantine or released from it; give one of the two.")
    names = _names(asked.devices)
    labels = [selector.label(text) for text in asked.labels]
    gone = [selector.label_key(key) for key in asked.remove]
    at = iso_utc(now)
    rows = [Label(name, key, value) for name in names for key, value in labels]
    with store.transaction():
        store.devices.label(rows, [(name, key) for name in names for key in gone], at, actor)
        if rows or gone:
            store.write(_labeled(names, labels, gone, actor, at))
        if asked.release:
            store.write(_released(names, actor, at))
        if asked.quarantine:
            store.write(_quarantined(store, names, asked.reason, actor, at))


def _names(devices: Iterable[str]) -> list[str]:
    try:
        return [checked_name(device) for device in devices]
    except TopicError as error:
        raise RequestError(str(error)) from error


def _labeled(
    names: Sequence[str], labels: Sequence[tuple[str, str]], gone: Sequence[str], actor: str, at: str
) -> Changes:
    put = ", ".join(f"{key}={value}" for key, value in labels)
    what = " and ".join(
        filter(None, (f"labels it {put}" if put else "", f"takes off {', '.join(gone)}" if gone else ""))
    )
    entries = (
        audit.entry(at, "", audit.LABELED, f"{name}: {actor} {what}.", device=name, actor=actor) for name in names
    )
    return Changes(audit=list(entries))


def _released(names: Sequence[str], actor: str, at: str) -> Changes:
    sentences = {name: f"{actor} let {name} out of quarantine." for name in names}
    return Changes(
        failures={name: Failures(name, 0) for name in names},
        audit=[audit.entry(at, "", audit.RELEASED, sentences[name], device=name, actor=actor) for name in names],
    )


def _quarantined(store: RolloutStore, names: Sequence[str], reason: str, actor: str, at: str) -> Changes:
    """One that is in quarantine already stays there since then, for this reason."""
    failures, why = store.failures(), printable(reason.strip()) or f"{actor} put it there"
    before = {name: failures.get(name, Failures(name, 0)) for name in names}
    sentence = "{name} is in quarantine: {why}."
    return Changes(
        failures={
            name: replace(each, quarantined_at=each.quarantined_at or at, reason=why) for name, each in before.items()
        },
        audit=[
            audit.entry(at, "", audit.QUARANTINED, sentence.format(name=name, why=why), device=name, actor=actor)
            for name in names
        ],
    )
