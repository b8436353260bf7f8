"""The runner: takes up orders, new rollouts and reports, and moves everything by the tables, a transaction a pass."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Protocol

from fer_controller.errors import RolloutError, StoreUnavailable, TransitionError
from fer_controller.rollout import audit, orders
from fer_controller.rollout.models import FilesBySha
from fer_controller.rollout.steps import endings, reports, rollback, takeover, waves
from fer_controller.rollout.steps.live_rollout import Course, Measurements, Pass
from fer_controller.rollout.transitions import PLANNED, ROLLING_BACK, RUNNING, UNREACHABLE
from fer_controller.settings import RolloutSettings
from fer_controller.store.rollout_records import (
    Changes,
    DesiredRow,
    Failures,
    Heard,
    Order,
    RolloutRow,
    TargetRow,
    WaveRow,
)

log = logging.getLogger(__name__)


class Rollouts(Measurements, Protocol):
    """What the runner asks of a store."""

    def write(self, changes: Changes) -> None:
        """All of it in one transaction, or nothing; raises StoreUnavailable."""

    def open_rollouts(self, straggling: str) -> list[RolloutRow]:
        """Not ended, or with an order that waits or a device in the state of a straggler; oldest first."""

    def waves(self, rollout: str) -> list[WaveRow]:
        """The waves of a rollout."""

    def targets(self, rollout: str) -> list[TargetRow]:
        """The devices of a rollout."""

    def heard(self, rollout: str) -> list[Heard]:
        """Presence and report of a rollout's devices."""

    def desired_of(self, rollout: str) -> list[DesiredRow]:
        """The newest desired states of a rollout's devices."""

    def open_orders(self) -> list[Order]:
        """Orders not taken up yet."""

    def failures(self) -> dict[str, Failures]:
        """By device: failures in a row."""


class Runner:
    """Drives all rollouts; killed anywhere, another one goes on from what is stored."""

    def __init__(self, store: Rollouts, files: FilesBySha, settings: RolloutSettings) -> None:
        self._store = store
        self._files = files
        self._settings = settings
        self._set_aside: set[str] = set()
        self._since: datetime | None = None

    def run(self, stop: Event, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """One pass after another until stop is set."""
        told = False
        while not stop.wait(self._settings.tick_s):
            try:
                self.tick(clock())
                told = False
            except StoreUnavailable as error:
                if not told:
                    log.warning("%s Rollouts wait until it can be written.", error)
                told = True

    def tick(self, now: datetime) -> Changes:
        """One pass; what it changed is stored when this returns. Raises StoreUnavailable, and then nothing changed."""
        # A clock that jumped back must not make it wait for long.
        self._since = min(self._since or now, now)
        while True:
            try:
                changes = self._pass(now, self._since)
            except _Stuck as stuck:
                log.error("%s The rollout is set aside until the next start.", stuck)
                self._set_aside.add(stuck.rollout)
            else:
                if changes:
                    self._store.write(changes)
                    _tell(changes)
                return changes

    def _pass(self, now: datetime, since: datetime) -> Changes:
        rows = [row for row in self._store.open_rollouts(UNREACHABLE) if row.id not in self._set_aside]
        if not rows:
            return Changes()
        shared = Pass(now, self._settings, self._files, self._store, since, failures=self._store.failures())
        courses = {row.id: self._course(shared, row) for row in rows}
        for course in courses.values():
            _guarded(course, reports.take)
        for order in self._store.open_orders():
            if order.rollout in courses:
                _obey(courses[order.rollout], order)
        for course in courses.values():
            _guarded(course, lambda each: _step(each, courses))
        return shared.changes

    def _course(self, shared: Pass, row: RolloutRow) -> Course:
        for desired in self._store.desired_of(row.id):
            shared.desired[desired.device] = desired
        store = self._store
        return Course(shared, row, store.waves(row.id), store.targets(row.id), store.heard(row.id))


class _Stuck(Exception):  # noqa: N818 - what the rollout is
    """A rollout met what its tables do not list."""

    def __init__(self, rollout: str, error: TransitionError) -> None:
        super().__init__(str(error))
        self.rollout = rollout


def _guarded(course: Course, deed: Callable[[Course], None]) -> None:
    try:
        deed(course)
    except TransitionError as error:
        raise _Stuck(course.rollout.id, error) from error


def _step(course: Course, courses: dict[str, Course]) -> None:
    if course.rollout.state == PLANNED:
        takeover.take_up(course, courses.values())
    if course.ended or endings.supersede_if_empty(course):
        return
    if course.rollout.state == RUNNING:
        waves.advance(course)
    if course.rollout.state == ROLLING_BACK:
        rollback.advance(course)


def _obey(course: Course, order: Order) -> None:
    shared = course.shared
    try:
        outcome = orders.obey(course, order.action, order.actor)
    except TransitionError as error:
        raise _Stuck(course.rollout.id, error) from error
    except RolloutError as error:
        outcome = f"refused: {error}"
        course.note(audit.REFUSED, f"{order.actor} ordered {order.action} in vain: {error}", actor=order.actor)
    shared.changes.orders.append(
        Order(order.id, order.rollout, order.action, order.actor, order.given_at, shared.at, outcome)
    )


def _tell(changes: Changes) -> None:
    for entry in changes.audit:
        if not entry.device:
            log.info("Rollout %s: %s", entry.rollout, entry.sentence)
