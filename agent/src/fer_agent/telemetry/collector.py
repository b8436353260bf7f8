"""The Collector contract: something that measures a part of the machine."""

from typing import Dict, Union

from typing_extensions import Protocol

Measured = Dict[str, Union[float, bool, str, None]]
"""Fields of fer_wire.telemetry.HostTelemetry; what cannot be measured is left out or None."""


class Collector(Protocol):
    """Measures now, quickly, and never raises for a value that is not there."""

    name: str

    def gather(self) -> Measured:
        """What can be measured now."""

    def close(self) -> None:
        """Give everything back; allowed twice."""
