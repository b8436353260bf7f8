"""What each row's process is given: the file to load, and the probabilities that it must reproduce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from fer_wire.contracts import CONTRACTS
from fer_wire.int8 import IN_FLOAT32, int8_saturates

from fer_models.bench.job import Job
from fer_models.bench.networks import full_xception
from fer_models.bench.rows import OPENCV, ORT, TFLITE, BenchRow, task_of
from fer_models.bench.settings import Settings
from fer_models.bench.sources import NetworkSource
from fer_models.errors import BenchError
from fer_models.model_files.manifest import TOLERANCES
from fer_models.model_files.runtime import RunningModel

READ_ONNX = (*ORT, OPENCV)

Convert = Callable[[Job, Path], None]
"""Writes the job's network as a .tflite file; raises BenchError."""


class JobMaker:
    """Makes jobs, and the files that they name, in one folder."""

    def __init__(
        self, sources: Mapping[str, NetworkSource], folder: Path, settings: Settings, convert: Convert
    ) -> None:
        self._sources, self._folder, self._settings, self._convert = sources, folder, settings, convert
        self._expected: dict[Path, tuple[float, ...]] = {}

    def job(self, row: BenchRow) -> Job:
        """The row's job; raises BenchError with the reason for which there is none."""
        source = self._sources.get(row.model)
        if source is None and row.runtime in READ_ONNX:
            raise BenchError(f"the zoo of the light model holds no {row.model}")
        if source is None:
            return self._asked(row, full_xception.FACE_SHAPE)
        asked = self._asked(row, source.face_shape)
        asked = replace(asked, expected=self._answers(source.onnx(row.precision), asked))
        if row.runtime in READ_ONNX:
            return replace(asked, file=str(source.onnx(row.precision)))
        asked = replace(asked, file=str(source.weights()))
        return replace(asked, file=str(self._tflite(asked))) if row.runtime == TFLITE else asked

    def _asked(self, row: BenchRow, face_shape: tuple[int, ...]) -> Job:
        engines = self._folder / "engines" / row.name.replace("/", "-")
        engines.mkdir(parents=True, exist_ok=True)
        return Job(
            model=row.model,
            runtime=row.runtime,
            precision=row.precision,
            file="",
            face_shape=face_shape,
            threads=self._settings.threads,
            runs=self._settings.runs,
            warm_up=self._settings.warm_up,
            tolerance=TOLERANCES[task_of(row.model)][row.precision],
            engines=str(engines),
            session_entry=IN_FLOAT32 if int8_saturates() else (),
        )

    def _answers(self, path: Path, job: Job) -> tuple[float, ...]:
        """What ONNX Runtime computes for the face on the CPU."""
        if path not in self._expected:
            model = RunningModel(path, CONTRACTS[task_of(job.model)], job.threads)
            self._expected[path] = tuple(model.answer(job.face())[0].tolist())
        return self._expected[path]

    def _tflite(self, job: Job) -> Path:
        path = self._folder / f"{job.model}-{job.precision}.tflite"
        if not path.exists():
            self._convert(job, path)
        return path
