"""What goes wrong, in a sentence.

FleetError
├── RefusedError       the controller says no, and why
└── UnreachableError   nobody answers, or somebody who is no controller
"""


class FleetError(Exception):
    """Anything that this package raises."""


class RefusedError(FleetError):
    """The controller refuses; status is that of HTTP: 401, 403, 404, 409, 422, 429 or 503."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class UnreachableError(FleetError):
    """The controller does not answer."""
