"""Which precisions suit a device, by its class and by the execution provider that runs the model there.

Nothing here was run on a Jetson yet; the table follows NVIDIA's and ONNX Runtime's documentation.
"""

from typing import Dict, Sequence, Tuple

from fer_wire.manifest import FP16, FP32, INT8

NANO, TX2, XAVIER, ORIN, THOR, JETSON = "nano", "tx2", "xavier", "orin", "thor", "jetson"
X86, ARM, OTHER = "x86", "arm", "other"
KNOWN_CLASSES: Tuple[str, ...] = (NANO, TX2, XAVIER, ORIN, THOR, JETSON, X86, ARM)

TENSORRT = "TensorrtExecutionProvider"
CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
GPU_PROVIDERS: Tuple[str, ...] = (TENSORRT, CUDA)
WRITTEN: Dict[str, str] = {TENSORRT: "TensorRT"}
"""The providers that people call otherwise than ONNX Runtime does."""

ON_GPU: Dict[str, Tuple[str, ...]] = {
    NANO: (FP16, FP32),
    TX2: (FP16, FP32),
    XAVIER: (INT8, FP16),
    ORIN: (INT8, FP16),
    THOR: (INT8, FP16),
}
"""Nano and TX2 have no fast INT8, and depthwise networks can be slower there in FP16 than in FP32."""

ON_OTHER_GPU = (FP16, FP32)
ON_CPU = (INT8, FP32)
"""Which of the two is faster differs between CPUs, even among those with VNNI."""


def suited(device_class: str, provider: str) -> Tuple[str, ...]:
    """The precisions among which a measurement on the device decides, the likeliest first."""
    if provider == CPU:
        return ON_CPU
    return ON_GPU.get(device_class, ON_OTHER_GPU)


def first_choice(providers: Sequence[str]) -> str:
    """Of the installed providers the one that runs a model: the first GPU provider, or the CPU."""
    return next((provider for provider in providers if provider in GPU_PROVIDERS), CPU)


NEAR, NEAR_MS = 1.25, 0.2
"""A variant is as good that takes at most so many times the shortest time, or so much longer.

Measuring is not surer than that, and of a small network nobody notices the difference.
"""


def preferred(times_ms: Sequence[Tuple[str, float]], likeliest: Sequence[str]) -> int:
    """Which of several variants, each a precision and a time, a device runs: the likeliest as good as the fastest.

    So a busy device takes the same as a quiet one, unless load alone makes one a quarter slower than another.
    """
    shortest_ms = min(time_ms for _, time_ms in times_ms)
    enough_ms = max(NEAR * shortest_ms, shortest_ms + NEAR_MS)
    likelihood = [*likeliest, *(precision for precision, _ in times_ms)]
    good = [number for number, (_, time_ms) in enumerate(times_ms) if time_ms <= enough_ms]
    return min(good, key=lambda number: likelihood.index(times_ms[number][0]))


def spoken(provider: str) -> str:
    """A provider as people call it: TensorRT, CUDA, CPU."""
    return WRITTEN.get(provider, provider.replace("ExecutionProvider", ""))
