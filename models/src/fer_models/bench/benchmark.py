"""Builds everything that a benchmark needs, and runs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fer_wire.contracts import CROP_PX

from fer_models.bench.interpreters import Interpreters
from fer_models.bench.jetson import Jetson
from fer_models.bench.jobs import JobMaker
from fer_models.bench.meters import Meter, NvidiaSmi, Rapl
from fer_models.bench.processes import RowProcesses
from fer_models.bench.rows import FINDER, LANDMARKER, LIGHT, XCEPTION, BenchRow
from fer_models.bench.run import OnStep, Outcome, run_rows
from fer_models.bench.settings import Settings
from fer_models.bench.sources import FullXception, LightModel, NetworkSource, ShippedModel
from fer_models.errors import BenchError
from fer_models.model_files.counts import FREE_SIZE


@dataclass(frozen=True)
class BenchRequest:
    """Which rows to measure, and how; entry is the folder NAME/VERSION of the light model."""

    rows: Sequence[BenchRow]
    entry: Path
    settings: Settings
    compare_python: Path | None = None

    @property
    def steps(self) -> int:
        """How many steps on_step will be told of."""
        return len(self.rows) * (1 + self.settings.repeats)


class Benchmark:
    """Runs a request, with a folder for its files; raises BenchError or ContractError when it cannot start."""

    def __init__(self, request: BenchRequest, folder: Path) -> None:
        self._request = request
        self._processes = RowProcesses(Interpreters(request.compare_python))
        sources = _sources(request, folder)
        self._jobs = JobMaker(sources, folder, request.settings, self._processes.convert)

    def run(self, meters: Sequence[Meter], on_step: OnStep) -> Outcome:
        """Measure every row; on_step is told of each step before it begins."""
        repeats = self._request.settings.repeats
        return run_rows(self._request.rows, self._jobs, self._processes.run, repeats, meters, on_step)


def newest(model: Path) -> Path:
    """The newest version in a zoo's folder of one model; raises BenchError when there is none."""
    versions = [folder for folder in model.glob("*") if folder.is_dir()]
    if not versions:
        raise BenchError(f"{model} holds no version of a model; give the folder NAME/VERSION of one.")
    return max(versions, key=lambda folder: [int(number) for number in re.findall(r"\d+", folder.name)])


@contextmanager
def readable_meters() -> Iterator[Sequence[Meter]]:
    """The meters that work on this machine; on a Jetson only jtop, because it reads the whole board."""
    jetson, rapl, nvidia = Jetson(), Rapl(), NvidiaSmi()
    try:
        if jetson.is_readable:
            yield (jetson,)
        else:
            yield tuple(each for each in (rapl, nvidia) if each.is_readable)
    finally:
        jetson.close()


def _sources(request: BenchRequest, folder: Path) -> dict[str, NetworkSource]:
    zoo = request.entry.parent.parent
    makers: dict[str, Callable[[], NetworkSource]] = {
        XCEPTION: lambda: FullXception(folder),
        LIGHT: lambda: LightModel(request.entry, folder),
        FINDER: lambda: ShippedModel(newest(zoo / FINDER), (1, *FREE_SIZE)),
        LANDMARKER: lambda: ShippedModel(newest(zoo / LANDMARKER), (1, CROP_PX, CROP_PX)),
    }
    asked = {row.model for row in request.rows}
    eyes = {model for model in (FINDER, LANDMARKER) if list((zoo / model).glob("*/"))}
    return {model: make() for model, make in makers.items() if model in asked & {XCEPTION, LIGHT, *eyes}}
