"""What `fer-models quantize` makes from a checkpoint: fp32.onnx, fp16.onnx, int8.onnx and quantize.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import onnx
from fer_wire.manifest import FP16, FP32, INT8, PRECISIONS

from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import joined, load_each_held_out
from fer_models.evaluation import evaluate
from fer_models.model_files.float16 import store_weights_in_half, to_fp16, widened
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier, machine
from fer_models.model_files.to_onnx import export_fp32
from fer_models.network.networks import Network
from fer_models.quantization.calibration import CALIBRATION_FACES, calibration_faces, observe
from fer_models.quantization.equations import Floats
from fer_models.quantization.experiments import Experiment, packed_bytes, write_experiments
from fer_models.quantization.qat import FineTuning, fine_tune
from fer_models.quantization.qdq import to_int8
from fer_models.quantization.record import FINE_TUNED, STATIC, QuantizationFigures, QuantizationRecord, sha256
from fer_models.staging import staged
from fer_models.training.checkpoint import averaged, learned_held_out, read_checkpoint

FOLDER = "quantized"
AUTO, ALWAYS, NEVER = "auto", "always", "never"
LARGEST_LOSS_POINTS = 0.3
BUDGET_BYTES = 7_900_000
"""For the three files: 8 MB without manifest and card."""

STATIC_EXPERIMENT = "int8_static"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class QuantizationRequest:
    """What is to be quantized, how, and by which command line.

    qat: auto, when static int8 loses more than 0.3 points of accuracy; always or never.
    """

    checkpoint: Path
    data: tuple[Path, ...]
    command: str
    label_map: Path | None = None
    out: Path | None = None
    qat: str = AUTO
    calibration_faces: int = CALIBRATION_FACES
    seed: int = 0
    fine_tuning: FineTuning = field(default_factory=FineTuning)

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return self.out or self.checkpoint.parent / FOLDER


def quantize_checkpoint(request: QuantizationRequest, on_step: Progress) -> QuantizationRecord:
    """Make the files beside their place and move them there together; test images decide nothing.

    Raises TrainingError, DatasetError or ContractError when the checkpoint, the images or the disk are unusable.
    """
    on_step("reading the checkpoint and the images")
    state = read_checkpoint(request.checkpoint)
    parts = load_each_held_out(request.data, request.label_map)
    training, held_out = (joined(part) for part in zip(*parts, strict=True))
    faces = calibration_faces(training, request.calibration_faces, request.seed)
    with staged(request.folder) as folder:
        work = _Quantization(request, averaged(state), training, held_out, faces, folder, on_step)
        record = replace(work.record(), learned=learned_held_out(state))
        record.write(folder)
    return record


@dataclass(frozen=True)
class _Quantization:
    request: QuantizationRequest
    network: Network
    training: LabelledFaces
    held_out: LabelledFaces
    faces: Floats
    folder: Path
    on_step: Progress

    def record(self) -> QuantizationRecord:
        files = write_files(self.network, self.faces, self.folder, self.on_step)
        figures: dict[str, QuantizationFigures] = {}
        for precision in PRECISIONS:
            figures[precision] = self._measured(files[precision], figures.get(FP32))
        experiments = self._experiments(figures[FP32])
        method = STATIC
        if self._wants_fine_tuning(figures[INT8]):
            experiments[STATIC_EXPERIMENT] = figures[INT8]
            tuned = self._fine_tuned(figures[FP32])
            experiments[FINE_TUNED] = tuned
            if tuned.accuracy > figures[INT8].accuracy or self.request.qat == ALWAYS:
                (self.folder / f"{FINE_TUNED}.onnx").replace(files[INT8])
                figures[INT8], method = tuned, FINE_TUNED
        self._remove_all_but(files)
        return QuantizationRecord(
            checkpoint_sha256=sha256(self.request.checkpoint),
            command=self.request.command,
            method=method,
            calibration_faces=len(self.faces),
            seed=self.request.seed,
            held_out_images=len(self.held_out),
            machine=machine(),
            files=figures,
            sha256={precision: sha256(path) for precision, path in files.items()},
            experiments=experiments,
        )

    def _wants_fine_tuning(self, int8: QuantizationFigures) -> bool:
        return self.request.qat == ALWAYS or (self.request.qat == AUTO and int8.loss_points > LARGEST_LOSS_POINTS)

    def _fine_tuned(self, fp32: QuantizationFigures) -> QuantizationFigures:
        how = self.request.fine_tuning
        self.on_step(f"fine-tuning for {INT8}, {how.epochs} epochs")
        tuned = fine_tune(
            self.network,
            self.training,
            self.faces,
            how,
            lambda epoch, loss: self.on_step(f"fine-tuned epoch {epoch} of {how.epochs}, loss {loss:.5f}"),
        )
        source, path = self.folder / "tuned.onnx", self.folder / f"{FINE_TUNED}.onnx"
        export_fp32(tuned, source)
        to_int8(source, path, self.faces)
        return self._measured(path, fp32)

    def _experiments(self, fp32: QuantizationFigures) -> dict[str, QuantizationFigures]:
        model = widened(onnx.load(self.folder / f"{FP32}.onnx"))
        found: dict[str, QuantizationFigures] = {}

        def measure(name: str, path: Path, experiment: Experiment) -> None:
            found[name] = self._measured(path, fp32, packed_bytes(model, experiment.scheme))

        write_experiments(model, observe(model, self.faces), self.folder, measure)
        return found

    def _measured(self, path: Path, fp32: QuantizationFigures | None, packed: int | None = None) -> QuantizationFigures:
        self.on_step(f"measuring {path.stem} on {len(self.held_out)} held-out images")
        classifier = Classifier(path)
        accuracy = evaluate(classifier, self.held_out).accuracy
        return QuantizationFigures(
            accuracy=round(accuracy, 4),
            loss_points=round(100 * ((fp32.accuracy if fp32 else accuracy) - accuracy), 2),
            size_bytes=path.stat().st_size,
            p50_ms=classifier.latency(golden_faces((1, 1, 1, 1), 1)).p50_ms,
            packed_bytes=packed,
        )

    def _remove_all_but(self, files: dict[str, Path]) -> None:
        for path in self.folder.iterdir():
            if path not in files.values():
                path.unlink()


def write_files(network: Network, faces: Floats, folder: Path, on_step: Progress) -> dict[str, Path]:
    """The three files, by precision; fp32.onnx stores its weights in float16 if the three would not fit into 8 MB.

    fp16.onnx and int8.onnx are made from the weights as fp32.onnx stores them.
    """
    files = {precision: folder / f"{precision}.onnx" for precision in PRECISIONS}
    on_step(f"exporting {FP32}")
    export_fp32(network, files[FP32])
    _write_smaller(files, faces, on_step)
    if sum(path.stat().st_size for path in files.values()) > BUDGET_BYTES:
        store_weights_in_half(files[FP32], files[FP32])
        _write_smaller(files, faces, on_step)
    return files


def _write_smaller(files: dict[str, Path], faces: Floats, on_step: Progress) -> None:
    on_step(f"converting to {FP16}")
    to_fp16(files[FP32], files[FP16])
    on_step(f"calibrating {INT8} on {len(faces)} training images")
    to_int8(files[FP32], files[INT8], faces)
