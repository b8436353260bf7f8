"""The course of an ablation: each row's command, once a seed, and the record of what came out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from fer_models.ablation.figures import AblationFigures, command_of
from fer_models.ablation.plan import AblationRow, Plan, Step
from fer_models.staging import write_whole
from fer_models.training.checkpoint import CHECKPOINT


class Workshop(Protocol):
    """Where the commands of the rows are run."""

    def run(self, words: Sequence[str]) -> None:
        """Run a command of this program, given without its name; raises AblationError when it fails."""

    def spoken(self, words: Sequence[str]) -> str:
        """The command as the record names it."""

    def figures(self, step: Step, folder: Path) -> AblationFigures:
        """What the command left in its folder."""


@dataclass(frozen=True)
class AblationRequest:
    """data: the images of every training; runs: the folder of their folders; record: the file of what came out.

    command and machine: what the record says of the whole.
    """

    data: tuple[Path, ...]
    runs: Path
    record: Path
    command: str
    machine: str


class AblationRunner:
    """Every row of a plan, for every seed.

    What the record has already, made by the same command, is not made again: a course goes on where it was stopped.
    A folder that another command has begun is emptied, for that command's run cannot go on under this one.
    """

    def __init__(self, plan: Plan, place: AblationRequest, workshop: Workshop) -> None:
        self._plan, self._place, self._workshop = plan, place, workshop

    def take(self, on_run: Callable[[AblationRow, int], None]) -> dict[str, Any]:
        """Run what is missing, tell of each before it begins, and write the record whole after each; returns it."""
        known = {(run["name"], run["seed"], run["command"]): run for run in _recorded(self._place.record)}
        runs: list[dict[str, Any]] = []
        for row, seed in self._all():
            words = self.command(row, seed)
            spoken = self._workshop.spoken(words)
            run = known.get((row.name, seed, spoken))
            if run is None:
                on_run(row, seed)
                self._clear(self._folder(row, seed), spoken)
                self._workshop.run(words)
                run = self._came_out(row, seed, spoken)
            against = row.of or self._plan.reference.name
            runs.append({**run, "question": row.question, "against": against})
            write_whole(self._place.record, json.dumps(self._document(runs), indent=1, ensure_ascii=False) + "\n")
        return self._document(runs)

    def command(self, row: AblationRow, seed: int) -> list[str]:
        """The words of a row's command, without the program's name."""
        data = [word for path in self._place.data for word in ("--data", str(path))]
        out = ["--out", str(self._folder(row, seed))]
        if row.step is Step.TRAIN:
            return [row.step.value, *data, *self._plan.common, *row.options, "--seed", str(seed), *out]
        checkpoint = ["--checkpoint", str(self._folder(self._plan.row(row.of), seed) / CHECKPOINT)]
        chance = ["--seed", str(seed)] if row.step is Step.QUANTIZE else []
        return [row.step.value, *checkpoint, *data, *row.options, *chance, *out]

    def _all(self) -> Iterator[tuple[AblationRow, int]]:
        return ((row, seed) for row in self._plan.rows for seed in self._plan.seeds)

    def _folder(self, row: AblationRow, seed: int) -> Path:
        return self._place.runs / row.slug / f"seed-{seed}"

    def _clear(self, folder: Path, spoken: str) -> None:
        if command_of(folder) not in (None, spoken):
            shutil.rmtree(folder)

    def _came_out(self, row: AblationRow, seed: int, spoken: str) -> dict[str, Any]:
        figures = self._workshop.figures(row.step, self._folder(row, seed))
        return {"name": row.name, "seed": seed, "command": spoken, **asdict(figures)}

    def _document(self, runs: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "schema": 1,
            "command": self._place.command,
            "about": self._plan.about,
            "machine": self._place.machine,
            "runs": runs,
        }


def _recorded(record: Path) -> list[dict[str, Any]]:
    if not record.exists():
        return []
    found: list[dict[str, Any]] = json.loads(record.read_text(encoding="utf-8"))["runs"]
    return found
