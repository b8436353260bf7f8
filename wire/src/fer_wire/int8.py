"""Where ONNX Runtime computes int8.onnx exactly, and how to make it do so elsewhere.

Without the instructions of VNNI an x86 processor adds two products of 8-bit integers in 16 bits, which overflow, so
int8.onnx gives other results than where it was exported (ONNX Runtime, "Quantize ONNX models": reduce_range).
Its integers are then computed in float32, which holds them exactly.
"""

from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
EXACT_FLAGS = frozenset({"avx512_vnni", "avx_vnni"})
X86_FLAG = "sse2"

IN_FLOAT32 = ("session.disable_quant_qdq", "1")
"""Entry of a session's configuration, known since ONNX Runtime 1.8, which keeps convolutions in float32."""


def int8_saturates(cpu_info: Path = CPU_INFO) -> bool:
    """Whether sums of 8-bit products overflow on this machine's processor; False if that cannot be read."""
    try:
        lines = cpu_info.read_text(errors="replace").splitlines()
    except OSError:
        return False
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return X86_FLAG in flags and not flags & EXACT_FLAGS
