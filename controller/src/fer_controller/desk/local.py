"""The desk on the database itself, beside a running controller."""

import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from fer_wire.message import iso_utc

from fer_controller.desk.contract import Document
from fer_controller.errors import RolloutError
from fer_controller.ingest.devices import document
from fer_controller.registry.catalogue import Shelf
from fer_controller.rollout import labels, view
from fer_controller.rollout import transitions as moves
from fer_controller.rollout.planning import deployment
from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from fer_controller.settings import Settings
from fer_controller.store import opening
from fer_controller.store.dead_letters.records import DEAD_LETTERS, REDELIVERED
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollouts.store import RolloutStore
from fer_controller.store.rollups.records import EmotionRollup, TelemetryRollup
from fer_controller.store.subjects import Subjects
from fer_controller.store.telemetry.records import StoredTelemetry

TAKEN_UP_WITHIN_S = 3.0
LOOK_EVERY_S = 0.1
REFUSED = "refused: "


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk stands."""

    db: Path
    models: Path
    """Where the models' files lie."""
    stale_after_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Where these settings put it."""
        return cls(settings.db, settings.registry_folder, settings.fleet.stale_after_s)


class LocalDesk:
    """Opens the database to write only when something is ordered, so that looking works on a read-only file."""

    def __init__(self, place: Place, actor: str) -> None:
        """The actor is who orders, as the audit log names him."""
        self._place, self._actor = place, actor
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def devices(self) -> list[Document]:
        now, dropped = datetime.now(UTC), self._found.events.dropped()
        return [
            document(each, now, self._place.stale_after_s, dropped.get(each.device, 0))
            for each in self._found.devices.all()
        ]

    def totals(self) -> Document:
        counted = self._found.dead_letters.counters()
        return {
            "events": sum(self._found.events.stored().values()),
            "dropped_events": sum(self._found.events.dropped().values()),
            "redelivered_events": counted.get(REDELIVERED, 0),
            "dead_letters": counted.get(DEAD_LETTERS, 0),
        }

    def newest_telemetry_of_each(self) -> list[Document]:
        return [json.loads(each.payload) for each in self._found.telemetry.newest_of_each()]

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        return self._found.events.newest_events(wanted, limit, up_to_id)

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        return self._found.events.events_page(wanted, after, limit)

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        return self._found.events.events_stored_after(wanted, after_id, limit)

    def last_event_id(self) -> int:
        return self._found.events.last_event_id()

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        return self._found.telemetry.newest_telemetry(device, limit)

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        return self._found.telemetry.telemetry_stored_after(device, after_id, limit)

    def telemetry_rollups(self, per: str, wanted: EventFilter, limit: int) -> list[TelemetryRollup]:
        return self._found.rollups.telemetry_rollups(per, wanted, limit)

    def emotion_rollups(
        self, per: str, wanted: EventFilter, limit: int, *, summed: bool = False
    ) -> list[EmotionRollup]:
        return self._found.rollups.emotion_rollups(per, wanted, limit, summed=summed)

    def dead_letters(self, limit: int) -> list[Document]:
        return [each.document() for each in self._found.dead_letters.newest(limit)]

    def labels(self, devices: Sequence[str] = ()) -> list[Document]:
        return labels.documents(self._rollouts, devices)

    def relabel(self, words: Relabel) -> list[Document]:
        labels.change(self._rollouts, words, self._actor, datetime.now(UTC))
        return labels.documents(self._rollouts, words.devices)

    def models(self) -> list[Document]:
        return [each.document() for each in self._shelf.list()]

    def rollouts(self, limit: int) -> list[Document]:
        return [view.progress(self._rollouts, row) for row in self._rollouts.rollouts(limit)]

    def rollout(self, begin: str | None) -> Document:
        return view.whole(self._rollouts, view.find(self._rollouts, begin))

    def progress(self, begin: str | None) -> Document:
        return view.progress(self._rollouts, view.find(self._rollouts, begin))

    def decisions(self, begin: str | None, after_id: int) -> list[Document]:
        rollout = view.find(self._rollouts, begin).id
        return [view.decision(each) for each in self._rollouts.audit(rollout, after_id)]

    def plan(self, words: Words) -> Document:
        return deployment.prepare(self._rollouts, self._shelf, words.request()).document()

    def deploy(self, words: Words) -> Document:
        planned = deployment.prepare(self._rollouts, self._shelf, words.request())
        rollout = deployment.begin(self._rollouts, planned, self._actor, datetime.now(UTC))
        return {"plan": planned.document(), "rollout": rollout}

    def order(self, begin: str, action: str) -> Document:
        row = view.find(self._rollouts, begin)
        if row.ended_at and not moves.ROLLOUT.knows(row.state, action):
            raise RolloutError(f"Rollout {row.id} is {row.state}; {action} cannot happen to it any more.")
        outcome = self._outcome(self._rollouts.give(row.id, action, self._actor, iso_utc(datetime.now(UTC))))
        if outcome is not None and outcome.startswith(REFUSED):
            raise RolloutError(outcome.removeprefix(REFUSED))
        return {"rollout": row.id, "order": action, "outcome": outcome}

    def _outcome(self, order_id: int) -> str | None:
        until_s = time.monotonic() + TAKEN_UP_WITHIN_S
        while time.monotonic() < until_s:
            order = self._rollouts.order(order_id)
            if order.done_at:
                return order.outcome
            time.sleep(LOOK_EVERY_S)
        return None

    @cached_property
    def _found(self) -> Subjects:
        return Subjects(self._opened.enter_context(opening.reader(self._place.db)))

    @cached_property
    def _rollouts(self) -> RolloutStore:
        return RolloutStore(self._opened.enter_context(opening.writer(self._place.db)))

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self._found.models, self._place.models)
