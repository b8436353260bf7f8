"""Which precisions suit a device, the likeliest first; the agent's own tables, seen from the controller."""

from collections.abc import Sequence

from fer_wire.manifest import FP16, FP32, INT8

NANO, TX2, XAVIER, ORIN, THOR, JETSON, X86, ARM = "nano", "tx2", "xavier", "orin", "thor", "jetson", "x86", "arm"
CLASSES = (NANO, TX2, XAVIER, ORIN, THOR, JETSON, X86, ARM)
GPU_PROVIDERS = ("TensorrtExecutionProvider", "CUDAExecutionProvider")

GPU_CANDIDATES: dict[str, tuple[str, ...]] = {
    NANO: (FP16, FP32),
    TX2: (FP16, FP32),
    XAVIER: (INT8, FP16),
    ORIN: (INT8, FP16),
    THOR: (INT8, FP16),
}
"""Nano and TX2 have no fast INT8, and depthwise networks can be slower there in FP16 than in FP32."""

OTHER_GPU_CANDIDATES = (FP16, FP32)
CPU_CANDIDATES = (INT8, FP32)


def candidates(device_class: str, providers: Sequence[str]) -> tuple[str, ...]:
    """The precisions among which the device's own measurement decides; none for a class that is not known."""
    if device_class not in CLASSES:
        return ()
    if not any(provider in GPU_PROVIDERS for provider in providers):
        return CPU_CANDIDATES
    return GPU_CANDIDATES.get(device_class, OTHER_GPU_CANDIDATES)


def engine(providers: Sequence[str]) -> str:
    """What runs the model there, in a word."""
    return next((name.removesuffix("ExecutionProvider") for name in providers if name in GPU_PROVIDERS), "CPU")
