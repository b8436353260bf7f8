"""What kinds of device there are: what they report of themselves, and how fast they are.

The figures are modelled: of a plausible size, and measured on no device.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fer_wire.contracts import SETTINGS, TASKS
from fer_wire.device.precisions import ARM, CPU, CUDA, NANO, ORIN, TENSORRT, TX2, X86, XAVIER, suited
from fer_wire.manifest import FP16, FP32, INT8
from fer_wire.reported import Capabilities

from fer_simulator.errors import ScenarioError

WITH_GPU = (TENSORRT, CUDA, CPU)
MIX = "mix"
MB = 1024.0


@dataclass(frozen=True)
class DeviceClass:
    """One kind of device; times are of one face."""

    name: str
    share: float
    cpu: str
    cpu_count: int
    memory_mb: float
    classify_ms: dict[str, float]
    latency_ms: float
    temperature_c: float
    power_mw: float | None
    load_s: float
    architecture: str = "aarch64"
    providers: tuple[str, ...] = WITH_GPU
    jetpack: str | None = None
    l4t: str | None = None
    runtime: str = "1.19.2"

    @property
    def provider(self) -> str:
        """The execution provider that runs a model here."""
        return self.providers[0]

    @property
    def precision(self) -> str:
        """The one that runs fastest here."""
        return min(self.classify_ms, key=self.classify_ms.__getitem__)

    def capabilities(self) -> Capabilities:
        """As a device of this kind reports them."""
        return Capabilities(
            device_class=self.name,
            architecture=self.architecture,
            cpu=self.cpu,
            cpu_count=self.cpu_count,
            memory_total_mb=self.memory_mb,
            jetpack=self.jetpack,
            l4t=self.l4t,
            runtime=self.runtime,
            providers=self.providers,
            precisions=suited(self.name, self.provider),
            tasks=(*TASKS, SETTINGS),
        )


CLASSES = (
    DeviceClass(
        NANO, 0.40, "ARMv8 Processor rev 1 (v8l)", 4, 4 * MB, {FP16: 4.1, FP32: 5.6, INT8: 7.0}, 38.0, 51.0, 6400.0,
        load_s=1.6, jetpack="4", l4t="32.7.4", runtime="1.11.0",
    ),
    DeviceClass(
        TX2, 0.10, "ARMv8 Processor rev 3 (v8l)", 6, 8 * MB, {FP16: 2.6, FP32: 3.7, INT8: 4.4}, 29.0, 47.0, 7900.0,
        load_s=1.3, jetpack="4", l4t="32.7.4", runtime="1.11.0",
    ),
    DeviceClass(
        XAVIER, 0.10, "ARMv8 Processor rev 0 (v8l)", 6, 8 * MB, {INT8: 1.2, FP16: 1.5, FP32: 2.3}, 21.0, 44.0, 9800.0,
        load_s=0.9, jetpack="5", l4t="35.4.1",
    ),
    DeviceClass(
        ORIN, 0.20, "ARMv8 Processor rev 1 (v8l)", 6, 8 * MB, {INT8: 0.7, FP16: 0.9, FP32: 1.4}, 16.0, 46.0, 8700.0,
        load_s=0.6, jetpack="6", l4t="36.3.0",
    ),
    DeviceClass(
        X86, 0.10, "Intel(R) Core(TM) i5", 8, 16 * MB, {INT8: 0.9, FP32: 1.9, FP16: 2.4}, 12.0, 55.0, None,
        load_s=0.4, architecture="x86_64", providers=(CPU,),
    ),
    DeviceClass(
        ARM, 0.10, "Cortex-A76", 4, 8 * MB, {INT8: 3.4, FP32: 6.8, FP16: 7.1}, 33.0, 58.0, None,
        load_s=1.0, providers=(CPU,),
    ),
)  # fmt: skip
NAMES = (*(each.name for each in CLASSES), MIX)


def drawn(kind: str, count: int, dice: random.Random) -> Sequence[DeviceClass]:
    """The classes of so many devices: all of one kind, or a mix by share; raises ScenarioError for no such kind."""
    if kind == MIX:
        return dice.choices(CLASSES, [each.share for each in CLASSES], k=count)
    for each in CLASSES:
        if each.name == kind:
            return [each] * count
    raise ScenarioError(f"--class {kind}: there is no such class; choose from {', '.join(NAMES)}.")
