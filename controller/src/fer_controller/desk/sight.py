"""The fleet as it is seen at one moment, and how two sights of it differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk.answers.rollouts import progress_of
from fer_controller.desk.board.describing import in_short, kinds
from fer_controller.desk.board.lines import Line, figures, lines
from fer_controller.desk.stores import Place, Stores
from fer_controller.ingest.devices import ONLINE, STALE
from fer_controller.operations.live import (
    MOST_CHANGES,
    DevicesMessage,
    EventsMessage,
    HelloMessage,
    LiveMessage,
    OutageMessage,
    OutageOverMessage,
    RolloutsMessage,
)
from fer_controller.operations.rollouts import RolloutAnswer
from fer_controller.rollout.audit import HERE
from fer_controller.store.rollouts.records import RolloutRow
from fer_controller.store.subjects import Subjects

INGEST = "ingest"
LEAST_SILENT = 3
"""Where so many are connected, and all are silent, it is not they."""
Kinds = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a page follows, at one moment."""

    at: str
    devices: Mapping[str, tuple[Line, Kinds]]
    rollouts: Mapping[str, RolloutAnswer]
    """Those under way, and those that have ended since it was looked last."""
    last_event_id: int
    new_events: int = 0
    """Since it was looked last."""

    @property
    def silent_since(self) -> str:
        """Since when nothing has arrived from any device; empty where something has."""
        states = [line for line, _ in self.devices.values() if line.state in {ONLINE, STALE}]
        if len(states) < LEAST_SILENT or any(line.state == ONLINE for line in states):
            return ""
        return max(line.last_seen for line in states)


def look(place: Place, selector: str, before: Sight | None) -> Sight:
    """See the devices of a selector as they are now; raises StoreError."""
    stores = Stores(place, HERE, selector)
    try:
        return _seen(stores.looking, datetime.now(UTC), place, before)
    finally:
        stores.close()


def standing(sight: Sight) -> list[LiveMessage]:
    """What whoever begins to follow is told of how things stand."""
    hello = HelloMessage(at=sight.at, devices=len(sight.devices))
    return [hello, *([_silent(sight)] if sight.silent_since else [])]


def differences(before: Sight, after: Sight) -> list[LiveMessage]:
    """What changed between two sights of the same devices."""
    return [*_devices(before, after), *_events(after), *_rollouts(before, after), *_silence(before, after)]


def _seen(known: Subjects, now: datetime, place: Place, before: Sight | None) -> Sight:
    everyone, after_id = lines(known, now, place.stale_after_s), before.last_event_id if before else 0
    last_id = max(after_id, known.events.last_event_id())
    measured = figures(known, [line.device for line in everyone if line.state == ONLINE], now)
    return Sight(
        at=iso_utc(now),
        devices={line.device: (line, kinds(line, measured.get(line.device), place.limits)) for line in everyone},
        rollouts={row.id: progress_of(known.rollouts, row) for row in _followed(known, before)},
        last_event_id=last_id,
        new_events=known.events.stored_between(after_id, last_id) if before else 0,
    )


def _followed(known: Subjects, before: Sight | None) -> Iterator[RolloutRow]:
    """Those under way, and once more those that have ended since."""
    under_way = known.rollouts.under_way()
    yield from under_way
    last = before.rollouts.values() if before else ()
    for id_ in {each.rollout for each in last if each.ended_at is None} - {row.id for row in under_way}:
        yield from known.rollouts.rollouts_like(id_)


def _devices(before: Sight, after: Sight) -> Iterator[LiveMessage]:
    changed = [name for name, seen in after.devices.items() if before.devices.get(name) != seen]
    gone = sorted(before.devices.keys() - after.devices.keys())
    if changed or gone:
        yield DevicesMessage(
            at=after.at,
            changed=tuple(in_short(*after.devices[name]) for name in changed[:MOST_CHANGES]),
            gone=tuple(gone[:MOST_CHANGES]),
            more=max(0, len(changed) - MOST_CHANGES) + max(0, len(gone) - MOST_CHANGES),
        )


def _events(after: Sight) -> Iterator[LiveMessage]:
    if after.new_events:
        yield EventsMessage(at=after.at, new=after.new_events)


def _rollouts(before: Sight, after: Sight) -> Iterator[LiveMessage]:
    moved = [each for id_, each in after.rollouts.items() if before.rollouts.get(id_) != each]
    if moved:
        yield RolloutsMessage(at=after.at, changed=tuple(moved))


def _silence(before: Sight, after: Sight) -> Iterator[LiveMessage]:
    if after.silent_since and not before.silent_since:
        yield _silent(after)
    if before.silent_since and not after.silent_since:
        yield OutageOverMessage(at=after.at, what=INGEST)


def _silent(sight: Sight) -> OutageMessage:
    why = f"Nothing has arrived from any device since {sight.silent_since}; look at the broker and the ingest."
    return OutageMessage(at=sight.at, what=INGEST, since=sight.silent_since, why=why)
