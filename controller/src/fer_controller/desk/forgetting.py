"""A device is taken out of the fleet, with its events kept or deleted."""

from datetime import datetime

from fer_wire.message import iso_utc
from fer_wire.presence import ONLINE

from fer_controller.errors import RequestError
from fer_controller.ingest.devices import presence
from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.transitions import HELD
from fer_controller.store.rollouts.records import Changes
from fer_controller.store.subjects import Subjects


def forget(
    known: Subjects, device: str, actor: str, now: datetime, *, delete_events: bool, stale_after_s: float
) -> int:
    """Forget a device that is known, with its token and certificates, and return how many events of it there were.

    Raises RequestError while it is online or in a rollout.

    When it is killed while it deletes events, doing it again deletes the rest.
    """
    _check_gone(known, device, now, stale_after_s)
    events, at = known.events.number_of(device), iso_utc(now)
    sentence = f"{actor} forgot {device}; its {events:,} events are {'deleted' if delete_events else 'kept'}."
    entry = audit.entry(at, "", audit.FORGOTTEN, sentence, device=device, actor=actor, numbers={"events": events})
    clearing = messages.forgetting(device, known.rollouts.desired.of_device(device), now)
    with known.transaction():
        known.devices.forget(device)
        known.tokens.remove_device(device)
        known.certificates.revoke(device, at)
        known.rollouts.write(Changes(desired={device: clearing}, audit=[entry]))
    if delete_events:
        known.devices.forget_sent(device)
    return events


def _check_gone(known: Subjects, device: str, now: datetime, stale_after_s: float) -> None:
    if any(each.device == device and presence(each, now, stale_after_s) == ONLINE for each in known.devices.all()):
        raise RequestError(f"{device} is online, and would be back with its next message; stop its agent first.")
    rollout = next(iter(known.rollouts.busy(HELD).get(device, {}).values()), None)
    if rollout is not None:
        raise RequestError(
            f"{device} is in rollout {rollout}, which has not ended; wait for it, or end it with "
            f"`fer-controller rollouts abort {rollout}`."
        )
