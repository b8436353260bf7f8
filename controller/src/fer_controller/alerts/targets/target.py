"""What a target is."""

from typing import Protocol

from fer_controller.alerts.notice import Notice


class Target(Protocol):
    """Somebody who is told."""

    def send(self, told: Notice, delivery: int, attempt: int) -> None:
        """Tell them, and return when they have it; raises DeliveryError, whose sentence holds no secret."""
