"""What a controller keeps: its database by subject, and the models of its registry."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from fer_controller.registry.catalogue import Shelf
from fer_controller.rollout.devices import reach
from fer_controller.settings import OPEN_ACCESS, AlertSettings, DbPlace, DeviceLimits, RolloutSettings, Settings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Place:
    """Where a controller keeps it."""

    db: DbPlace
    models: Path
    """Where the models' files lie."""
    stale_after_s: float
    open_to_all: bool = False
    """Whether devices fetch models without a token."""
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    """How rollouts are judged."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    """What raises an alert."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The place that these settings name."""
        open_to_all = settings.http.access == OPEN_ACCESS
        return cls(
            settings.db, settings.registry_folder, settings.fleet.stale_after_s, open_to_all, settings.rollout,
            settings.alerts.without_targets,
        )  # fmt: skip

    @property
    def limits(self) -> DeviceLimits:
        """Beyond which a device needs attention."""
        return self.alerts.limits


class Stores:
    """Opens the database when it is first used, and to write only for what changes it; raises StoreError."""

    def __init__(self, place: Place, origin: str, selector: str = "") -> None:
        """The origin is where changes are asked for, as the audit log has it; the selector, which devices are given."""
        self.place, self.origin, self._selector = place, origin, selector
        self._opened = ExitStack()
        self._narrowed: dict[str, Subjects] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()

    @cached_property
    def looking(self) -> Subjects:
        """Every subject, read-only, and of each what is in reach."""
        database = opening.reader(self.place.db)
        return self._confined(database, database.confine_looks)

    def looking_at(self, selector: str) -> Subjects:
        """The same of the devices of a selector alone; of all with an empty one. Raises RequestError."""
        if not selector:
            return self.looking
        if selector not in self._narrowed:
            within = reach.within(self.looking, selector)
            database = opening.reader(self.place.db)
            self._opened.enter_context(database)
            database.confine_looks(within)
            self._narrowed[selector] = Subjects(database, self.origin)
        return self._narrowed[selector]

    @property
    def upgraded(self) -> Subjects:
        """The same, of a database that an older controller may have written."""
        _ = self.changing
        return self.looking

    @cached_property
    def changing(self) -> Subjects:
        """Every subject, to change what is in reach; what it reads is not for the eyes of whoever asked."""
        database = opening.writer(self.place.db)
        return self._confined(database, database.confine_changes)

    @cached_property
    def models(self) -> Shelf:
        """The models of the registry."""
        return Shelf(self.looking.models, self.place.models)

    def _confined(self, database: Database, confine: Callable[[Collection[str]], None]) -> Subjects:
        self._opened.enter_context(database)
        known = Subjects(database, self.origin)
        if self._selector:
            confine(reach.within(known, self._selector))
        return known
