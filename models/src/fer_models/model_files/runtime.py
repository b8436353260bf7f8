"""Running an .onnx file with ONNX Runtime on this machine's CPU."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from fer_wire.contracts import CLASSIFIER, CONTRACTS, Contract
from fer_wire.int8 import IN_FLOAT32, int8_saturates
from fer_wire.manifest import Latency
from fer_wire.onnx_runtime import load_onnx_runtime

from fer_models.errors import ContractError

onnxruntime = load_onnx_runtime()

CPU = "CPUExecutionProvider"
CPU_INFO = Path("/proc/cpuinfo")
NOTABLE_FLAGS = ("avx2", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")
WARM_UP_RUNS = 20
LOG_ERRORS_ONLY = 3

Array = npt.NDArray[np.float32]


class OnnxGraph:
    """One .onnx file of any inputs and outputs, loaded; raises ContractError when ONNX Runtime refuses it."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = LOG_ERRORS_ONLY
        if int8_saturates():
            options.add_session_config_entry(*IN_FLOAT32)
        self.path = path
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=[CPU])
        except Exception as error:  # ONNX Runtime's own errors share no base
            raise ContractError(f"{path} does not load in ONNX Runtime ({error}); export it again.") from error

    def run(self, outputs: Sequence[str], inputs: Mapping[str, Array]) -> list[Array]:
        """The named outputs for the inputs, float32; raises ContractError when the file cannot give them."""
        try:
            found = self._session.run(list(outputs), dict(inputs))
        except Exception as error:  # as above
            shapes = ", ".join(f"{name} {array.shape}" for name, array in inputs.items())
            raise ContractError(f"{self.path} cannot take {shapes} ({error}); export it again.") from error
        return [np.asarray(each, dtype=np.float32) for each in found]


class RunningModel:
    """One .onnx file under a contract, loaded; raises ContractError when ONNX Runtime refuses it."""

    def __init__(self, path: Path, contract: Contract, threads: int = 1) -> None:
        self.path, self.threads = path, threads
        self._input, self._outputs = contract.input.name, [output.name for output in contract.outputs]
        self._graph = OnnxGraph(path, threads)

    def answer(self, pictures: Array) -> Array:
        """float32 N×1×H×W, 0–255, to float32 N×K: the outputs one after the other, each row by row.

        Raises ContractError when the file cannot.
        """
        found = self._graph.run(self._outputs, {self._input: pictures})
        return np.concatenate([each.reshape(len(pictures), -1) for each in found], axis=1)

    def latency(self, picture: Array, runs: int = 300) -> Latency:
        """Median and 95th percentile, in ms, of the time that one picture takes, after a warm-up."""
        times_ms = []
        for run in range(WARM_UP_RUNS + runs):
            started = time.perf_counter()
            self._graph.run(self._outputs, {self._input: picture})
            if run >= WARM_UP_RUNS:
                times_ms.append((time.perf_counter() - started) * 1000)
        p50_ms, p95_ms = (round(float(np.percentile(times_ms, p)), 3) for p in (50, 95))
        return Latency(machine=machine(), provider=CPU, threads=self.threads, p50_ms=p50_ms, p95_ms=p95_ms)


class Classifier(RunningModel):
    """One .onnx file of a classifier, loaded; raises ContractError when ONNX Runtime refuses it."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        super().__init__(path, CONTRACTS[CLASSIFIER], threads)

    def predict(self, faces: Array) -> Array:
        """float32 N×1×48×48, 0–255, to float32 N×7 probabilities; raises ContractError when the file cannot."""
        return self.answer(faces)


class Probe:
    """A network whose inner float32 tensors can be read by name."""

    def __init__(self, model: onnx.ModelProto, names: Sequence[str]) -> None:
        """Raises ContractError when ONNX Runtime refuses the network."""
        self._input, self._names = model.graph.input[0].name, list(names)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = LOG_ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(_with_outputs(model, names), options, providers=[CPU])
        except Exception as error:  # as above
            raise ContractError(f"The network does not load in ONNX Runtime ({error}); export it again.") from error

    def read(self, pictures: Array) -> dict[str, Array]:
        """The values of the tensors for these pictures, float32 N×1×H×W."""
        return dict(zip(self._names, self._session.run(self._names, {self._input: pictures}), strict=True))


def _with_outputs(model: onnx.ModelProto, names: Sequence[str]) -> bytes:
    probed = onnx.ModelProto()
    probed.CopyFrom(model)
    probed.graph.output.extend(onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in names)
    return bytes(probed.SerializeToString())


def machine() -> str:
    """What kind of machine this is: processor, notable instruction sets, version of the runtime."""
    facts = dict(_cpu_facts())
    model = facts.get("model name", platform.processor() or platform.machine())
    flags = facts.get("flags", facts.get("Features", "")).split()
    notable = ", ".join(flag for flag in NOTABLE_FLAGS if flag in flags)
    return f"{model}{f' ({notable})' if notable else ''}, ONNX Runtime {onnxruntime.__version__}"


def _cpu_facts() -> list[tuple[str, str]]:
    if not CPU_INFO.exists():
        return []
    lines = (line.partition(":") for line in CPU_INFO.read_text().splitlines() if ":" in line)
    return [(key.strip(), value.strip()) for key, _, value in lines]
