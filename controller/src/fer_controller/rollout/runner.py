"""The runner: takes up reports, orders and new rollouts, and moves each rollout on, one transaction a tick."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

from fer_wire.message import iso_utc

from fer_controller.errors import RolloutError, StoreUnavailable, TransitionError
from fer_controller.registry.catalogue import Shelf
from fer_controller.rollout import audit, orders
from fer_controller.rollout.devices import reach
from fer_controller.rollout.evidence.hours import EarlierDays
from fer_controller.rollout.steps import approval, expulsion, judging, reports, rollback, takeover, waves
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.steps.tick import Tick
from fer_controller.rollout.transitions import PLANNED, ROLLING_BACK, RUNNING, SCHEDULED, TO_BEGIN, UNREACHABLE
from fer_controller.settings import RolloutSettings
from fer_controller.store.rollouts.records import Changes, Order, RolloutRow
from fer_controller.store.rollouts.store import RolloutStore

SHARE_OF_A_CORE = 0.25
"""What its own work may take, beside the ingest."""
LONGEST_REST_S = 5.0
"""An order is obeyed by then."""
TRIED_AGAIN_AFTER = timedelta(minutes=1)
FOR_GOOD = datetime.max.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


class Runner:
    """Drives all rollouts; killed anywhere, another one goes on from what is stored."""

    def __init__(self, store: RolloutStore, models: Shelf, settings: RolloutSettings) -> None:
        """Raises RequestError where the settings name no selector of those whose rollouts need approval."""
        self._store = store
        self._models = models
        self._settings = settings
        reach.limit(settings.approvals_for)
        self._earlier = EarlierDays(store.measurements, settings)
        self._set_aside: dict[str, datetime] = {}
        """Until when each rollout is left alone that could not go on."""
        self._running_since: datetime | None = None

    def run(self, stop: Event, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """One tick after another until stop is set; those that take long come less often."""
        warned, pause_s = False, self._settings.tick_s
        while not stop.wait(pause_s):
            begun_s = time.thread_time()
            try:
                self.tick(clock())
                warned = False
            except StoreUnavailable as error:
                if not warned:
                    log.warning("%s Rollouts wait until it can be written.", error)
                warned = True
            rest_s = (time.thread_time() - begun_s) * (1 / SHARE_OF_A_CORE - 1)
            pause_s = max(self._settings.tick_s, min(rest_s, LONGEST_REST_S))

    def tick(self, now: datetime) -> Changes:
        """Move every rollout on; what changed is stored when this returns.

        Raises StoreUnavailable, and then nothing changed.
        """
        first = self._running_since is None
        # A clock that jumped back must not make it wait for long.
        self._running_since = min(self._running_since or now, now)
        while True:
            try:
                changes = self._decided(now, self._running_since, FOR_GOOD if first else now)
            except _StuckRollout as stuck:
                self._leave_alone(stuck, now)
            else:
                if changes:
                    self._store.write(changes)
                    _log_decisions(changes)
                return changes

    def _decided(self, now: datetime, running_since: datetime, waking: datetime) -> Changes:
        """What is done now for the rollouts that do not wait for a time after waking."""
        self._set_aside = {rollout: until for rollout, until in self._set_aside.items() if now < until}
        found = self._store.open_rollouts(iso_utc(waking), SCHEDULED, UNREACHABLE)
        rows = [row for row in found if row.id not in self._set_aside]
        if not rows:
            return Changes()
        store = self._store
        self._earlier.forget_all_but({row.id for row in rows})
        failures = store.failures()
        tick = Tick(now, self._settings, self._models, store, self._earlier, running_since, failures=failures,
                    revoked=store.devices.revoked())  # fmt: skip
        rollouts: dict[str, LiveRollout] = {}
        for row in rows:
            with _named_if_stuck(row.id):
                rollouts[row.id] = self._live(tick, row)
        for rollout in rollouts.values():
            with _named_if_stuck(rollout.row.id):
                rollout.carry_out(reports.follow(rollout))
                rollout.carry_out(expulsion.expel(rollout))
        for order in store.open_orders():
            if order.rollout in rollouts:
                with _named_if_stuck(order.rollout):
                    _take_order(rollouts[order.rollout], order)
        for rollout in sorted(rollouts.values(), key=judging.last_look):
            with _named_if_stuck(rollout.row.id):
                _step(rollout, rollouts.values())
        return tick.changes

    def _live(self, tick: Tick, row: RolloutRow) -> LiveRollout:
        store = self._store
        return LiveRollout(tick, row, store.waves(row.id), store.targets(row.id), store.heard(row.id))

    def _leave_alone(self, stuck: "_StuckRollout", now: datetime) -> None:
        if isinstance(stuck.error, TransitionError):
            self._set_aside[stuck.rollout] = FOR_GOOD
            log.error("%s The rollout is set aside until the next start.", stuck.error)
            return
        self._set_aside[stuck.rollout] = now + TRIED_AGAIN_AFTER
        log.error(
            "Rollout %s cannot go on (%s: %s). The others do; it is tried again in a minute.",
            stuck.rollout,
            type(stuck.error).__name__,
            stuck.error,
            exc_info=stuck.error,
        )


class _StuckRollout(Exception):  # noqa: N818 - what the rollout is
    """A rollout met what its tables do not list, or a fault that must not stop the others."""

    def __init__(self, rollout: str, error: Exception) -> None:
        super().__init__(str(error))
        self.rollout, self.error = rollout, error


@contextmanager
def _named_if_stuck(rollout: str) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable:
        raise
    except Exception as error:
        raise _StuckRollout(rollout, error) from error


def _step(rollout: LiveRollout, rollouts: Iterable[LiveRollout]) -> None:
    if rollout.row.state == PLANNED:
        rollout.carry_out(approval.ask(rollout))
    rollout.carry_out(approval.look_after(rollout))
    if rollout.row.state in TO_BEGIN:
        rollout.carry_out(takeover.take_up(rollout, rollouts))
    if not rollout.ended:
        rollout.carry_out(takeover.end_if_nothing_is_left(rollout))
    if rollout.row.state == RUNNING:
        rollout.carry_out(waves.advance(rollout))
        if rollout.row.state == ROLLING_BACK:
            rollout.carry_out(rollback.begin(rollout, rollout.row.reason))
    if rollout.row.state == ROLLING_BACK:
        rollout.carry_out(rollback.advance(rollout))


def _take_order(rollout: LiveRollout, order: Order) -> None:
    try:
        outcome = orders.obey(rollout, order)
    except TransitionError:
        raise
    except RolloutError as error:
        outcome = f"{orders.REFUSED}{error}"
        sentence = f"{order.actor} ordered {order.action} in vain: {error}"
        rollout.carry_out([Decision(rollout.row, action=audit.REFUSED, sentence=sentence, actor=order.actor)])
    tick = rollout.tick
    tick.changes.orders.append(replace(order, done_at=tick.at, outcome=outcome))


def _log_decisions(changes: Changes) -> None:
    for entry in changes.audit:
        if not entry.device:
            log.info("Rollout %s: %s", entry.rollout, entry.sentence)
