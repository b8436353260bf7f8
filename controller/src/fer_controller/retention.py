"""Rolls up and deletes stored data in small steps, so that the ingest never waits for long."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

from fer_wire.message import iso_utc

from fer_controller.errors import StoreUnavailable
from fer_controller.settings import RetentionSettings
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.rollups.forgetting import Forgetting
from fer_controller.store.rollups.records import DAY, HOUR, MINUTE
from fer_controller.store.rollups.store import RollupStore

ROWS_AT_A_TIME = 2000
PAUSE_S = 0.05

log = logging.getLogger(__name__)


class Keeper:
    """Rolls up what arrived, then deletes what is older than the settings allow."""

    def __init__(
        self,
        store: RollupStore,
        forgetting: Forgetting,
        settings: RetentionSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        rows_at_a_time: int = ROWS_AT_A_TIME,
        pause_s: float = PAUSE_S,
        commands: CommandStore | None = None,
    ) -> None:
        self._store = store
        self._forgetting = forgetting
        self._settings = settings
        self._clock = clock
        self._rows_at_a_time = rows_at_a_time
        self._pause_s = pause_s
        self._commands = commands

    def run(self, ending: Event) -> None:
        """Tidy up at regular intervals until ending is set."""
        while not ending.is_set():
            try:
                self.tidy(ending)
            except StoreUnavailable as error:
                log.warning("%s Rollups wait until the database can be written.", error)
            ending.wait(self._settings.every_s)

    def tidy(self, ending: Event) -> None:
        """Roll up everything that arrived and delete everything too old; stops early when ending is set."""
        self._in_steps(self._store.roll_up_telemetry, ending)
        self._in_steps(self._store.roll_up_events, ending)
        kept = self._settings
        if before := self._before(kept.telemetry_days):
            self._in_steps(partial(self._forgetting.forget_telemetry, before), ending)
        if before := self._before(kept.events_days):
            self._forget_events(before, ending)
        for per, days in ((MINUTE, kept.minutes_days), (HOUR, kept.hours_days), (DAY, kept.hours_days)):
            if before := self._before(days):
                self._in_steps(partial(self._store.forget_rollups, per, before), ending)

        if self._commands is not None:
            self._forget_commands(self._commands, ending)

    def _forget_commands(self, commands: CommandStore, ending: Event) -> None:
        if before := self._before(self._settings.commands_days):
            self._in_steps(partial(commands.forget_before, before), ending)
        self._in_steps(partial(commands.trim, self._settings.commands_max), ending)

    def _forget_events(self, before: str, ending: Event) -> None:
        after_id, forgotten = 0, 0
        while not ending.is_set():
            count, after_id = self._forgetting.forget_events(before, after_id, self._rows_at_a_time)
            forgotten += count
            if not after_id:
                break
            ending.wait(self._pause_s)
        if forgotten:
            log.info("Deleted %d event(s) that arrived before %s.", forgotten, before)

    def _before(self, days: float) -> str:
        """The time so many days ago; empty when everything is kept."""
        try:
            return iso_utc(self._clock() - timedelta(days=days)) if days else ""
        except OverflowError:
            return ""

    def _in_steps(self, work: Callable[[int], int], ending: Event) -> None:
        """Work through the rows a few at a time, and let other writers in between."""
        while not ending.is_set() and work(self._rows_at_a_time):
            ending.wait(self._pause_s)
