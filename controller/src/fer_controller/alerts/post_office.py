"""Tells targets: each in a thread of its own, so that a slow one holds nothing up; what is stored is what counts."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from fer_wire.message import iso_utc

from fer_controller.alerts.notice import TEST, Notice
from fer_controller.alerts.targets.target import Target
from fer_controller.alerts.transitions import (
    ACCEPT,
    DELIVERY,
    FAILED,
    GIVE_UP,
    INTERRUPT,
    REFUSE,
    SEND,
    SENDING,
    WAITING,
)
from fer_controller.errors import DeliveryError
from fer_controller.store.alerts.book import Outbox
from fer_controller.store.alerts.records import AlertTest, Delivery

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 900.0
TOLD_WITHIN = timedelta(days=1)
"""What could not be told for so long is given up."""
MOST_WAITING = 500
CROWDED = f"{MOST_WAITING} others wait for this target already."
UNNAMED = "The settings name no such target any more."
TOO_OLD = "It could not be told for a day."
TEST_SENTENCE = "{by} tests whether alerts arrive here. They do."
log = logging.getLogger(__name__)


class PostOffice:
    """Sends what is stored; killed between storing and sending, or before it noted that, it sends again."""

    def __init__(
        self,
        outbox: Outbox,
        targets: Mapping[str, Target],
        attempts: int,
        start: Callable[[Thread], None] = Thread.start,
    ) -> None:
        self._outbox, self._targets, self._attempts, self._start_thread = outbox, targets, attempts, start
        self._sent: SimpleQueue[tuple[Delivery, str | None]] = SimpleQueue()
        self._busy: set[str] = set()

    def recover(self, now: datetime) -> None:
        """What an earlier process was sending may have arrived or not."""
        with self._outbox.transaction():
            for each in self._outbox.open_deliveries():
                if each.state == SENDING:
                    self._move(each, INTERRUPT, due_at=iso_utc(now))

    def post(self, notices: Iterable[Notice], now: datetime) -> None:
        """Store what is to be told to every target."""
        told = list(notices)
        if told and self._targets:
            waiting = [each.target for each in self._outbox.open_deliveries()]
            room = {name: MOST_WAITING - waiting.count(name) for name in self._targets}
            self._outbox.post(
                _made(each, name, now, crowded=number >= room[name])
                for name in self._targets
                for number, each in enumerate(told)
            )

    def step(self, now: datetime) -> None:
        """Note what came of what was sent, take up tests, and send what is due; never waits for a target."""
        while self._note_result(now, wait_s=0.0):
            pass
        for test in self._outbox.open_tests():
            self._take_up(test, now)
        waiting = [each for each in self._outbox.open_deliveries() if not self._is_given_up(each, now)]
        for delivery in self._due(waiting, now):
            self._send(delivery)

    def finish(self, now: datetime, wait_s: float) -> None:
        """Wait a moment for what is being sent, so that it is not sent again by the next process."""
        while self._busy and self._note_result(now, wait_s):
            pass

    def _note_result(self, now: datetime, wait_s: float) -> bool:
        """Whether there was one; it is not lost when it cannot be stored now."""
        try:
            delivery, fault = self._sent.get(timeout=wait_s) if wait_s else self._sent.get_nowait()
        except Empty:
            return False
        try:
            self._conclude(delivery, fault, now)
        except BaseException:
            self._sent.put((delivery, fault))
            raise
        self._busy.discard(delivery.target)
        return True

    def _conclude(self, delivery: Delivery, fault: str | None, now: datetime) -> None:
        at = iso_utc(now)
        if fault is None:
            self._move(delivery, ACCEPT, done_at=at, outcome="")
            return
        most = 1 if delivery.test else self._attempts
        if delivery.attempts >= most:
            log.warning("%s is not told of %s: %s", delivery.target, _about(delivery), fault)
            self._move(delivery, GIVE_UP, done_at=at, outcome=fault)
            return
        pause_s = min(FIRST_PAUSE_S * 2 ** (delivery.attempts - 1), LONGEST_PAUSE_S)
        log.info("%s could not be told of %s: %s It is tried again in %g s.", delivery.target, _about(delivery), fault,
                 pause_s)  # fmt: skip
        self._move(delivery, REFUSE, due_at=iso_utc(now + timedelta(seconds=pause_s)), outcome=fault)

    def _take_up(self, test: AlertTest, now: datetime) -> None:
        told = Notice(kind=TEST, sentence=TEST_SENTENCE.format(by=test.asked_by))
        with self._outbox.transaction():
            if self._outbox.begin_test(test.id, iso_utc(now)):
                self._outbox.post(replace(_made(told, name, now), test=test.id) for name in self._targets)

    def _is_given_up(self, each: Delivery, now: datetime) -> bool:
        """Whether nobody is to be told any more; that is noted."""
        is_old = each.made_at < iso_utc(now - TOLD_WITHIN)
        why = UNNAMED if each.target not in self._targets else TOO_OLD if is_old else ""
        if not why or each.state != WAITING:
            return False
        self._move(each, GIVE_UP, done_at=iso_utc(now), outcome=f"{each.outcome} {why}".strip())
        return True

    def _due(self, waiting: Iterable[Delivery], now: datetime) -> list[Delivery]:
        """For each target that is not busy, the delivery that has been due for longest; alerts stay in order."""
        due: dict[str, Delivery] = {}
        begun: set[tuple[str, int]] = set()
        for each in waiting:
            is_first = not each.alert or (each.target, each.alert) not in begun
            begun.add((each.target, each.alert))
            if is_first and each.state == WAITING and each.due_at <= iso_utc(now) and each.target not in self._busy:
                due.setdefault(each.target, each)
                due[each.target] = min(due[each.target], each, key=lambda found: (found.due_at, found.id))
        return list(due.values())

    def _send(self, delivery: Delivery) -> None:
        """The attempt is stored before it is made."""
        sending = self._move(delivery, SEND, attempts=delivery.attempts + 1)
        self._busy.add(delivery.target)
        work = Thread(target=self._try, args=(sending,), name=f"alerts to {delivery.target}", daemon=True)
        self._start_thread(work)

    def _try(self, delivery: Delivery) -> None:
        try:
            told = Notice.model_validate_json(delivery.document)
            self._targets[delivery.target].send(told, delivery.id, delivery.attempts)
            fault = None
        except DeliveryError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 - a library's fault, whose words may hold the target's secrets
            fault = f"It failed ({type(error).__name__})."
        self._sent.put((delivery, fault))

    def _move(self, delivery: Delivery, event: str, **changes: object) -> Delivery:
        state = DELIVERY.after(delivery.state, event, str(delivery.id))
        moved = replace(delivery, state=state, **changes)  # type: ignore[arg-type]
        self._outbox.move_delivery(moved, delivery.state)
        return moved


def _made(told: Notice, target: str, now: datetime, *, crowded: bool = False) -> Delivery:
    at, document = iso_utc(now), told.model_dump_json()
    if crowded:
        return Delivery(target, document, FAILED, at, at, told.alert, done_at=at, outcome=CROWDED)
    return Delivery(target, document, WAITING, at, at, told.alert)


def _about(delivery: Delivery) -> str:
    said = json.loads(delivery.document)
    return f"alert {delivery.alert} ({said['kind']})" if delivery.alert else "a test"
