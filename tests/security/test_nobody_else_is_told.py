"""What runs on a device tells its own fleet, and nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADS = {
    "agent": "from fer_agent.inference.session import runtime; ort = runtime()",
    "controller": "from fer_controller.registry.golden import onnxruntime as ort",
    "models": "from fer_models.model_files.runtime import onnxruntime as ort",
}
RUNS = "ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
LOUD = ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
"""The first two silence ONNX Runtime, as a test's environment may and a device's does not."""


@pytest.mark.parametrize("program", LOADS)
def test_the_runtime_of_models_gathers_nothing_for_its_makers(program: str, root: Path, tmp_path: Path) -> None:
    world = {name: value for name, value in os.environ.items() if name not in LOUD}
    model = root / "models/zoo/nano/0.4.0/fp32.onnx"
    code = f"import sys; {LOADS[program]}; {RUNS}"
    subprocess.run([sys.executable, "-c", code, str(model)], env={**world, "HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.rglob("*")) == []
