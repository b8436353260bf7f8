"""Classifies faces with ONNX Runtime; the only file that imports it."""

import importlib
import logging
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple, Union

import numpy as np
from fer_wire import EMOTIONS
from fer_wire.contracts import FACE_PX
from fer_wire.device.precisions import CPU, TENSORRT, suited
from fer_wire.int8 import IN_FLOAT32, int8_saturates
from fer_wire.manifest import INPUT_NAME, OUTPUT_NAME, Variant
from typing_extensions import Protocol

from fer_agent.emotion import providers
from fer_agent.emotion.model import Faces, Model, Probabilities, golden_faces, golden_outputs, read_model
from fer_agent.emotion.zoo import default_model
from fer_agent.errors import ModelError
from fer_agent.host import hardware
from fer_agent.settings import AUTO, EmotionSettings

log = logging.getLogger(__name__)

ENGINES = "engines"
ERRORS_ONLY = 3
WARM_UP_RUNS = 5
TIMED_RUNS = 30
TENSOR_FLOAT = "tensor(float)"


class FaceClassifier(Protocol):
    """What the pipeline needs of a classifier."""

    reference: str

    def classify(self, faces: Faces) -> Probabilities:
        """The probabilities of each face."""


class Classifier:
    """One variant of a model that has been loaded, has kept the contract, and has passed its golden batch."""

    def __init__(self, model: Model, variant: Variant, settings: EmotionSettings, cache: Path) -> None:
        """Raises ModelError if the file is damaged, does not load, or breaks the contract."""
        self.reference = model.manifest.reference(variant.precision)
        self.sha256 = variant.sha256
        self.model, self.variant = model, variant
        self._path, self._mirrored = model.file(variant), settings.mirrored
        self._session = _session(self._path, variant, settings, cache)
        self.runtime: str = runtime().__version__
        self.available_providers: Tuple[str, ...] = tuple(runtime().get_available_providers())
        self.provider: str = self._session.get_providers()[0]
        self.provider_fallback = providers.is_fallback(settings.providers, self.provider)
        self._check_contract()
        self._check_golden(model, variant)

    @classmethod
    def load(cls, settings: EmotionSettings, state_dir: Path) -> "Classifier":
        """The model and precision of the settings; auto measures the candidates that run, and takes the fastest."""
        model = read_model(settings.model or default_model())
        tried = [cls._tried(model, v, settings, state_dir / ENGINES) for v in candidates(model, settings)]
        loaded = [each for each in tried if isinstance(each, Classifier)]
        faults = [each for each in tried if isinstance(each, ModelError)]
        if not loaded:
            raise faults[0]
        for fault in faults:
            log.warning("A variant is skipped: %s", fault)
        return loaded[0] if len(loaded) == 1 else min(loaded, key=Classifier.latency_ms)

    @classmethod
    def _tried(
        cls, model: Model, variant: Variant, settings: EmotionSettings, cache: Path
    ) -> Union["Classifier", ModelError]:
        try:
            return cls(model, variant, settings, cache)
        except ModelError as error:
            return error

    def classify(self, faces: Faces) -> Probabilities:
        """float32 N×1×48×48, grey 0–255, to float32 N×7 in the order of fer_wire.EMOTIONS; one run for all.

        If the settings ask for it, the mirrored faces are classified too, and the mean of both is returned.
        """
        if not len(faces):
            return np.zeros((0, len(EMOTIONS)), np.float32)
        if not self._mirrored:
            return self._answers(faces)
        both = [self._answers(faces), self._answers(np.ascontiguousarray(faces[..., ::-1]))]
        return np.asarray(np.mean(both, axis=0), np.float32)

    def _answers(self, faces: Faces) -> Probabilities:
        return np.asarray(self._session.run([OUTPUT_NAME], {INPUT_NAME: faces})[0], np.float32)

    def latency_ms(self) -> float:
        """Median time of one face, after a warm-up."""
        face = np.full((1, 1, FACE_PX, FACE_PX), 127, np.float32)
        times_ns: List[int] = []
        for _ in range(WARM_UP_RUNS + TIMED_RUNS):
            started_ns = time.perf_counter_ns()
            self.classify(face)
            times_ns.append(time.perf_counter_ns() - started_ns)
        return float(np.median(times_ns[WARM_UP_RUNS:])) / 1e6

    def _check_contract(self) -> None:
        takes = [(i.name, i.type, i.shape[1:]) for i in self._session.get_inputs()]
        gives = [(o.name, o.type, o.shape[1:]) for o in self._session.get_outputs()]
        free = all(not isinstance(i.shape[0], int) for i in self._session.get_inputs() if i.shape)
        expected_in = [(INPUT_NAME, TENSOR_FLOAT, [1, FACE_PX, FACE_PX])]
        expected_out = [(OUTPUT_NAME, TENSOR_FLOAT, [len(EMOTIONS)])]
        if takes != expected_in or gives != expected_out or not free:
            raise ModelError(
                f"{self._path} breaks the contract: it must take {INPUT_NAME} float32 N×1×{FACE_PX}×{FACE_PX} and "
                f"return {OUTPUT_NAME} float32 N×{len(EMOTIONS)} for any N. Export it again with fer-models."
            )

    def _check_golden(self, model: Model, variant: Variant) -> None:
        golden = model.manifest.golden
        expected = golden_outputs(golden, variant.precision)
        try:
            found = self._answers(golden_faces(golden))
        except Exception as error:
            raise ModelError(f"{self._path} loads, but does not run ({error}); export it again.") from error
        difference = float(np.abs(found - expected).max()) if found.shape == expected.shape else float("nan")
        if not difference <= variant.tolerance:
            raise ModelError(
                f"{self._path} fails its golden batch on {self.provider}: its outputs differ by {difference:.3g}, at "
                f"most {variant.tolerance:g} is allowed. Use another precision or execution provider."
            )


def runtime() -> Any:
    """The module onnxruntime; raises ModelError if it is not installed."""
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise ModelError(
            f"ONNX Runtime is not installed ({error}); pip install 'fer-agent[cpu]', or on a Jetson the "
            "onnxruntime-gpu of its JetPack."
        ) from error


def candidates(model: Model, settings: EmotionSettings) -> Sequence[Variant]:
    """The variants of which the fastest is taken: the one that the settings name, or those that suit the device."""
    if settings.precision != AUTO:
        return [model.variant(settings.precision)]
    if len(model.variants) == 1:
        return model.variants
    offered: Dict[str, Variant] = {variant.precision: variant for variant in model.variants}
    wanted = suited_here(settings, runtime().get_available_providers())
    return [offered[precision] for precision in wanted if precision in offered] or model.variants


def suited_here(settings: EmotionSettings, available: Sequence[str]) -> Sequence[str]:
    """The precisions that suit this device with the providers that the settings allow, the likeliest first."""
    return suited(hardware.device_class(), providers.to_ask_for(settings.providers, available)[0])


def _session(path: Path, variant: Variant, settings: EmotionSettings, cache: Path) -> Any:
    ort = runtime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = ERRORS_ONLY
    # Threads that spin while they wait would burn a core between two frames.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    names = providers.to_ask_for(settings.providers, ort.get_available_providers())
    if names == [CPU] and int8_saturates():
        options.add_session_config_entry(*IN_FLOAT32)
    version = ort.__version__
    engines = providers.engine_folder(cache, variant.sha256, version) if TENSORRT in names else cache
    asked = [providers.with_options(name, variant.precision, version, engines) for name in names]
    try:
        return ort.InferenceSession(str(path), options, providers=asked)
    except Exception as error:
        raise ModelError(f"{path} does not load in ONNX Runtime {version} ({error}); export it again.") from error
