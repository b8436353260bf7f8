"""What one device may make the controller keep in a day, so that none fills memory and disk; the rest is refused."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from fer_wire import MessageError

from fer_controller.errors import StoreUnavailable
from fer_controller.settings import IngestSettings

LOOK_EVERY = 20
"""So many epochs of a device after the last look, this process asks what others have let begin."""
Begun = Callable[[str, str], int]
"""How many epochs a device has begun since a day began, in the store."""


class Daily:
    """Counts by device, from none again each day."""

    def __init__(self, most: int) -> None:
        self._most, self._day = most, ""
        self._taken: Counter[str] = Counter()

    def taken(self, device: str) -> int:
        """How many it had today, of those that were asked for."""
        return self._taken[device]

    def at_least(self, device: str, number: int) -> None:
        """It had so many today, by what others say."""
        self._taken[device] = max(self._taken[device], number)

    def takes(self, device: str, day: str) -> bool:
        """Whether the device has one more today."""
        if day != self._day:
            self._day = day
            self._taken.clear()
        self._taken[device] += 1
        return self._taken[device] <= self._most


class Quotas:
    """Epochs and dead letters a device, and devices."""

    def __init__(self, settings: IngestSettings, begun: Begun | None = None) -> None:
        """Begun counts what other processes take, too, where there are some."""
        self._settings, self._begun = settings, begun
        self._epochs = Daily(settings.epochs_a_day)
        self._letters = Daily(settings.dead_letters_a_day)

    def expect_epoch(self, device: str, day: str) -> None:
        """Raises MessageError for an epoch too many; the device keeps its events, and they are taken tomorrow."""
        takes = self._epochs.takes(device, day)
        if self._begun is not None and self._epochs.taken(device) % LOOK_EVERY == 0:
            with suppress(StoreUnavailable):
                self._epochs.at_least(device, self._begun(device, day))
        if not takes:
            raise MessageError(
                f"EmotionEvent: {device} has begun more than {self._settings.epochs_a_day} epochs today. An agent "
                "begins one when its spool is lost: see whether its state folder lasts, and who has its password "
                "(ingest.epochs_a_day is the bound)."
            )

    def expect_room(self, device: str, known: int) -> None:
        """Raises MessageError for a device too many, where so many are known."""
        if known >= self._settings.devices_max:
            raise MessageError(
                f"{device} is a device too many: {known} are known. Take out those that are gone with "
                "`fer-controller devices forget`, or raise ingest.devices_max."
            )

    def takes_letter(self, device: str, day: str) -> bool:
        """Whether a dead letter of this device is kept; what cannot be told whose it is counts as one device's."""
        return self._letters.takes(device, day)
