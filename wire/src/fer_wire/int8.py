"""Where ONNX Runtime computes what int8.onnx says, and how it is made to elsewhere.

Without the instructions of VNNI an x86 processor adds two products of 8-bit integers in 16 bits, which overflow, so
int8.onnx answers otherwise than where it was made (ONNX Runtime's documentation, "Quantize ONNX models": reduce_range).
Its integers are then computed in float32, which holds them exactly.
"""

from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
EXACT_FLAGS = frozenset({"avx512_vnni", "avx_vnni"})
X86_FLAG = "sse2"

IN_FLOAT32 = ("session.disable_quant_qdq", "1")
"""Entry of a session's configuration, known since ONNX Runtime 1.8, which keeps convolutions in float32."""


def int8_saturates(cpu_info: Path = CPU_INFO) -> bool:
    """Whether sums of 8-bit products overflow on this machine's processor; False where that cannot be read."""
    try:
        lines = cpu_info.read_text(errors="replace").splitlines()
    except OSError:
        return False
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return X86_FLAG in flags and not flags & EXACT_FLAGS
