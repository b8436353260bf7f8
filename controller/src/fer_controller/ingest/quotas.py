"""What one device may make the controller keep in a day, so that none fills memory and disk; the rest is refused."""

from collections import Counter

from fer_wire import MessageError

from fer_controller.settings import IngestSettings


class Daily:
    """Counts by device, from none again each day."""

    def __init__(self, most: int) -> None:
        self._most, self._day = most, ""
        self._taken: Counter[str] = Counter()

    def takes(self, device: str, day: str) -> bool:
        """Whether the device has one more today."""
        if day != self._day:
            self._day = day
            self._taken.clear()
        self._taken[device] += 1
        return self._taken[device] <= self._most


class Quotas:
    """Epochs and dead letters a device, and devices."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._epochs = Daily(settings.epochs_a_day)
        self._letters = Daily(settings.dead_letters_a_day)

    def expect_epoch(self, device: str, day: str) -> None:
        """Raises MessageError for an epoch too many; the device keeps its events, and they are taken tomorrow."""
        if not self._epochs.takes(device, day):
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
