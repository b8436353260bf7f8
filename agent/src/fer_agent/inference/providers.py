"""Execution providers of ONNX Runtime: which to ask for, and with which options.

Nothing here was run on a Jetson yet; the options follow ONNX Runtime's documentation and release notes.
"""

import re
import shutil
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from fer_wire.contracts import CONTRACTS, Contract
from fer_wire.device.precisions import CPU, GPU_PROVIDERS, TENSORRT
from fer_wire.manifest import FP16, FP32, INT8

from fer_agent.host import hardware

Provider = Tuple[str, Dict[str, str]]
"""A provider's name and its options."""

GPU_DEVICES = ("/dev/nvidia0", "/dev/nvhost-gpu", "/dev/nvhost-ctrl-gpu")
"""Where a GPU driver runs, on a PC or a Jetson, one of these exists."""

ENGINE_CHARACTERS = 16
"""Of a model's sha256, in the name of its engines' folder."""

LIBRARIES = Path("/usr/lib")
TENSORRT_LIBRARIES = "*/libnvinfer.so.*"

TENSORRT_OPTIONS: Tuple[Tuple[Tuple[int, int], Dict[str, str]], ...] = (
    ((1, 8), {
        "trt_max_workspace_size": str(256 * 1024 * 1024),
        "trt_engine_cache_enable": "1",
        "trt_force_sequential_engine_build": "1",
    }),
    ((1, 15), {"trt_timing_cache_enable": "1"}),
)  # fmt: skip
"""Options and the version of ONNX Runtime that first knows them; an unknown one is an error there."""

PROFILES_SINCE = (1, 15)
MOST_FACES = 16

TENSORRT_PRECISION_OPTIONS: Dict[str, Dict[str, str]] = {
    FP32: {},
    FP16: {"trt_fp16_enable": "1"},
    INT8: {"trt_int8_enable": "1", "trt_fp16_enable": "1"},
}


def to_ask_for(wanted: Sequence[str], available: Sequence[str]) -> List[str]:
    """The wanted providers that this ONNX Runtime has, and last the CPU, which always works."""
    return [name for name in wanted if name in available and name != CPU] + [CPU]


def is_fallback(wanted: Sequence[str], running: str, root: Path = Path("/")) -> bool:
    """Whether a GPU is present and wanted, yet the CPU runs the model."""
    return running == CPU and any(name in GPU_PROVIDERS for name in wanted) and has_gpu(root)


def has_gpu(root: Path = Path("/")) -> bool:
    """Whether a GPU's driver runs here."""
    return any((root / device[1:]).exists() for device in GPU_DEVICES)


def with_options(name: str, precision: str, runtime_version: str, engines: Path, task: str) -> Provider:
    """The provider with the options that this version of ONNX Runtime knows."""
    if name != TENSORRT:
        return name, {}
    version = _numbers(runtime_version)
    options = {"trt_engine_cache_path": str(engines), **TENSORRT_PRECISION_OPTIONS.get(precision, {})}
    for since, known in TENSORRT_OPTIONS:
        if version >= since:
            options.update(known)
    if version >= PROFILES_SINCE:
        options.update(_profile(CONTRACTS[task]))
    return name, options


def engine_folder(cache: Path, sha256: str, runtime_version: str) -> Path:
    """The folder of a model's TensorRT engines, created if need be; engines of other versions are deleted.

    An engine is bound to the model, ONNX Runtime, TensorRT, L4T and the GPU.
    """
    versions = f"ort{runtime_version}-trt{_tensorrt_version()}-l4t{hardware.l4t_version() or 'none'}"
    if cache.is_dir():
        for stale in cache.iterdir():
            if stale.is_dir() and stale.name != versions:
                shutil.rmtree(str(stale), ignore_errors=True)
    folder = cache / versions / sha256[:ENGINE_CHARACTERS]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def forget_engines(cache: Path, sha256: str) -> None:
    """Delete the TensorRT engines of a model, whatever their version."""
    for folder in cache.glob(f"*/{sha256[:ENGINE_CHARACTERS]}"):
        shutil.rmtree(str(folder), ignore_errors=True)


def _profile(contract: Contract) -> Dict[str, str]:
    """For which numbers of faces an engine is built; a finder's input has free sides, for which TensorRT asks none."""
    if not contract.px:
        return {}
    of_one = f"x1x{contract.px}x{contract.px}"
    least, most = f"{contract.input.name}:1{of_one}", f"{contract.input.name}:{MOST_FACES}{of_one}"
    return {"trt_profile_min_shapes": least, "trt_profile_opt_shapes": least, "trt_profile_max_shapes": most}


def _tensorrt_version() -> str:
    names = (path.name for path in LIBRARIES.glob(TENSORRT_LIBRARIES))
    found = [match[1] for match in map(re.compile(r".*\.so\.([\d.]+)$").match, names) if match]
    return max(found, key=len, default="none")


def _numbers(version: str) -> Tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)
