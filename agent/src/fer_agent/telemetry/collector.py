"""The Collector contract: something that measures a part of the machine."""

from typing import Dict, Union

from typing_extensions import Protocol

Measured = Dict[str, Union[float, bool, str, None]]
"""Fields of fer_wire.telemetry.HostTelemetry; whatever cannot be measured is absent or None."""


class Collector(Protocol):
    """Measures quickly, and never raises because a value is unavailable."""

    name: str

    def gather(self) -> Measured:
        """What can be measured now."""

    def close(self) -> None:
        """Release everything; may be called twice."""
