"""Power and GPU memory of a Jetson, from the jtop service (jetson-stats, AGPL-3.0, optional).

No other file of fer-models imports it. None of this has run on a Jetson yet.
"""

from __future__ import annotations

from typing import Any

from fer_models.bench.meters import Reading

INTERVAL_S = 0.5
MW_PER_W = 1000
KB_PER_MB = 1e6 / 1024


class Jetson:
    """The board's total power, and the memory that the GPU shares with the processor."""

    name = "jtop"

    def __init__(self) -> None:
        self._device: Any = None
        try:
            from jtop import jtop

            self._device = jtop(interval=INTERVAL_S)
            self._device.start()
        except Exception:  # noqa: BLE001  # no jetson-stats, or JtopException and what a mismatched service raises
            self._device = None

    @property
    def is_readable(self) -> bool:
        """Whether the service answers."""
        return self._device is not None

    def read(self) -> Reading:
        """The latest values from jtop."""
        return read_jtop(self._device)

    def close(self) -> None:
        """Disconnect from the service."""
        if self._device is not None:
            self._device.close()


def read_jtop(device: Any) -> Reading:
    """One reading of a jtop object (jetson-stats 4.2 to 7.x), in W and MB."""
    power_mw = (device.power or {}).get("tot", {}).get("power")
    shared_kb = (device.memory or {}).get("RAM", {}).get("shared")
    return Reading(
        power_w=None if power_mw is None else power_mw / MW_PER_W,
        gpu_memory_mb=None if shared_kb is None else shared_kb / KB_PER_MB,
    )
