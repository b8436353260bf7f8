"""Everything that an operator can look at and order; the database and HTTP answer the same tests."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from fer_controller.store.contract import EventReader, TelemetryReader
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollups.records import EmotionRollup, TelemetryRollup

Document = dict[str, Any]
"""What `--json` prints as one line."""

MOST_ROWS = 100_000
"""The API gives so many at once."""
NEWEST = "newest"
"""Stands in the API for the id of the rollout begun last."""


class Desk(EventReader, TelemetryReader, Protocol):
    """Raises ControllerError with the sentence for whoever asked; a context that lets go of what it holds."""

    def __enter__(self) -> Self:
        """Take place."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""

    def devices(self) -> list[Document]:
        """All devices by name."""

    def totals(self) -> Document:
        """What the whole fleet's events came to: stored, dropped on devices, come again, unreadable."""

    def newest_telemetry_of_each(self) -> list[Document]:
        """The newest telemetry of each device, by device."""

    def telemetry_rollups(self, per: str, wanted: EventFilter, limit: int) -> list[TelemetryRollup]:
        """The newest of one device or of all, ascending by (start, device)."""

    def emotion_rollups(
        self, per: str, wanted: EventFilter, limit: int, *, summed: bool = False
    ) -> list[EmotionRollup]:
        """The newest that match, ascending by (start, device, camera, emotion); summed, of all devices together."""

    def dead_letters(self, limit: int) -> list[Document]:
        """The newest dead letters, ascending by time."""

    def labels(self, devices: Sequence[str] = ()) -> list[Document]:
        """Labels and quarantine of these devices, or of all that have any."""

    def relabel(self, words: Relabel) -> list[Document]:
        """Change labels or end a quarantine, and tell how the devices stand then; raises RequestError."""

    def models(self) -> list[Document]:
        """The registry's models in the order in which they were added."""

    def rollouts(self, limit: int) -> list[Document]:
        """The newest rollouts with their waves, the newest first."""

    def rollout(self, begin: str | None) -> Document:
        """All of the rollout whose id begins so, or of the newest; raises UnknownRolloutError."""

    def progress(self, begin: str | None) -> Document:
        """The same with its waves alone."""

    def decisions(self, begin: str | None, after_id: int) -> list[Document]:
        """The audit log of that rollout after an entry, in the order of decision."""

    def plan(self, words: Words) -> Document:
        """What `deploy` would do; raises RequestError, RolloutError, RegistryError."""

    def deploy(self, words: Words) -> Document:
        """Begin a rollout: {"plan": …, "rollout": ID}; raises what plan does, and RolloutError when it reaches none."""

    def order(self, begin: str, action: str) -> Document:
        """Order something of a rollout: {"rollout", "order", "outcome"}; the outcome is None until it is taken up."""
