"""What a controller keeps: its database by subject, and the models of its registry."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from fer_controller.registry.catalogue import Shelf
from fer_controller.settings import OPEN_ACCESS, RolloutSettings, Settings
from fer_controller.store import opening
from fer_controller.store.rollouts.store import RolloutStore
from fer_controller.store.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Place:
    """Where a controller keeps it."""

    db: Path
    models: Path
    """Where the models' files lie."""
    stale_after_s: float
    open_to_all: bool = False
    """Whether devices fetch models without a token."""
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    """How rollouts are judged."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The place that these settings name."""
        open_to_all = settings.http.access == OPEN_ACCESS
        return cls(settings.db, settings.registry_folder, settings.fleet.stale_after_s, open_to_all, settings.rollout)


class Stores:
    """Opens the database when it is first used, and to write only for what changes it; raises StoreError."""

    def __init__(self, place: Place, origin: str) -> None:
        """The origin is where changes are asked for, as the audit log has it."""
        self.place, self._origin = place, origin
        self._opened = ExitStack()

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()

    @cached_property
    def looking(self) -> Subjects:
        """Every subject, read-only."""
        return Subjects(self._opened.enter_context(opening.reader(self.place.db)))

    @cached_property
    def changing(self) -> Subjects:
        """Every subject, to change it."""
        return Subjects(self._opened.enter_context(opening.writer(self.place.db)), self._origin)

    @property
    def rollouts(self) -> RolloutStore:
        """Rollouts and labels, to change them."""
        return self.changing.rollouts

    @cached_property
    def models(self) -> Shelf:
        """The models of the registry."""
        return Shelf(self.looking.models, self.place.models)
