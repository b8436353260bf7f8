"""Runs an ablation: each row's command, once for every seed, and the record of the results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fer_models.ablation.figures import AblationFigures, command_of
from fer_models.ablation.plan import AblationPlan, AblationRow, Step
from fer_models.staging import write_whole
from fer_models.training.checkpoint import CHECKPOINT

RunCommand = Callable[[Sequence[str]], None]
"""Runs a command of this program, given without the program's name; raises AblationError when it fails."""
NameCommand = Callable[[Sequence[str]], str]
"""Gives such a command as the record names it."""
ReadFigures = Callable[[Step, Path], AblationFigures]
"""Reads the figures that a command left in its folder."""


@dataclass(frozen=True)
class AblationRequest:
    """data: the images of every training; runs: the folder that holds each run's folder; record: the file to write.

    command and machine: what the record says about the whole.
    """

    data: tuple[Path, ...]
    runs: Path
    record: Path
    command: str
    machine: str


class AblationRunner:
    """Runs every row of a plan, for every seed.

    A result that the record already has, made by the same command, is not made again, so an ablation that was stopped
    goes on. A folder that another command began is emptied first, because its run cannot be resumed by this one.
    """

    def __init__(
        self, plan: AblationPlan, request: AblationRequest, run: RunCommand, name: NameCommand, read: ReadFigures
    ) -> None:
        self._plan, self._request = plan, request
        self._run, self._name, self._read = run, name, read

    def run(self, on_run: Callable[[AblationRow, int], None]) -> dict[str, Any]:
        """Run what is missing and write the record after each run; returns it. on_run is told before each run."""
        known = {(run["name"], run["seed"], run["command"]): run for run in _recorded(self._request.record)}
        runs: list[dict[str, Any]] = []
        for row, seed in self._all():
            words = self.command(row, seed)
            named = self._name(words)
            run = known.get((row.name, seed, named))
            if run is None:
                on_run(row, seed)
                self._clear(self._folder(row, seed), named)
                self._run(words)
                run = self._result(row, seed, named)
            against = row.of or self._plan.reference.name
            runs.append({**run, "question": row.question, "against": against})
            write_whole(self._request.record, json.dumps(self._document(runs), indent=1, ensure_ascii=False) + "\n")
        return self._document(runs)

    def command(self, row: AblationRow, seed: int) -> list[str]:
        """The words of a row's command, without the program's name."""
        data = [word for path in self._request.data for word in ("--data", str(path))]
        out = ["--out", str(self._folder(row, seed))]
        if row.step is Step.TRAIN:
            return [row.step.value, *data, *self._plan.common, *row.options, "--seed", str(seed), *out]
        checkpoint = ["--checkpoint", str(self._folder(self._plan.row(row.of), seed) / CHECKPOINT)]
        chance = ["--seed", str(seed)] if row.step is Step.QUANTIZE else []
        return [row.step.value, *checkpoint, *data, *row.options, *chance, *out]

    def _all(self) -> Iterator[tuple[AblationRow, int]]:
        return ((row, seed) for row in self._plan.rows for seed in self._plan.seeds)

    def _folder(self, row: AblationRow, seed: int) -> Path:
        return self._request.runs / row.slug / f"seed-{seed}"

    def _clear(self, folder: Path, command: str) -> None:
        if command_of(folder) not in (None, command):
            shutil.rmtree(folder)

    def _result(self, row: AblationRow, seed: int, command: str) -> dict[str, Any]:
        figures = self._read(row.step, self._folder(row, seed))
        return {"name": row.name, "seed": seed, "command": command, **asdict(figures)}

    def _document(self, runs: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "schema": 1,
            "command": self._request.command,
            "about": self._plan.about,
            "machine": self._request.machine,
            "runs": runs,
        }


def _recorded(record: Path) -> list[dict[str, Any]]:
    if not record.exists():
        return []
    found: list[dict[str, Any]] = json.loads(record.read_text(encoding="utf-8"))["runs"]
    return found
