"""Where a run computes, and in which precision; neither changes what is learned, beyond rounding."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import torch

from fer_models.errors import UsageError

AUTO, CPU, CUDA = "auto", "cpu", "cuda"
FP32, BF16 = "fp32", "bf16"
BF16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True)
class Machine:
    """The device; whether the network runs in bfloat16, and whether torch.compile fuses it."""

    device: torch.device = field(default_factory=lambda: torch.device(CPU))
    bfloat16: bool = False
    compiled: bool = False

    def autocast(self) -> AbstractContextManager[Any]:
        """Mixed precision, where it is wanted."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)


@dataclass(frozen=True)
class MachineOptions:
    """What a user chooses: device (auto, cpu, cuda), precision (auto, fp32, bf16), CPU threads (0: all of them)."""

    device: str = AUTO
    precision: str = AUTO
    compiled: bool = False
    threads: int = 0

    def machine(self) -> Machine:
        """The machine that these options name; sets PyTorch's threads. Raises UsageError when there is none such."""
        if self.threads:
            torch.set_num_threads(self.threads)
        device = torch.device(self._device())
        if self.precision not in (AUTO, FP32, BF16):
            raise UsageError(f"There is no precision {self.precision!r}; choose {AUTO}, {FP32} or {BF16}.")
        bfloat16 = self.precision == BF16 or (self.precision == AUTO and _multiplies_bfloat16(device))
        return Machine(device, bfloat16, self.compiled)

    def _device(self) -> str:
        has_cuda = torch.cuda.is_available()
        if self.device == AUTO:
            return CUDA if has_cuda else CPU
        if self.device not in (CPU, CUDA) or (self.device == CUDA and not has_cuda):
            offered = f"{CPU} or {CUDA}" if has_cuda else CPU
            raise UsageError(f"There is no device {self.device!r} here; choose {AUTO} or {offered}.")
        return self.device


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Whether the device has instructions for it; without them a CPU is slower in bfloat16 than in float32."""
    if device.type == CUDA:
        return True
    has = torch.cpu.get_capabilities()
    return any(has.get(name) for name in BF16_INSTRUCTIONS)
