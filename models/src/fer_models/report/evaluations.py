"""The evaluated files from their records, in the order of their versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_models.report import paper
from fer_models.report.records import Record, Records


@dataclass(frozen=True)
class EvaluatedFile:
    """One file and its figures, as `evaluate` wrote them; run: the record that it is in."""

    name: str
    figures: Mapping[str, Any]
    run: Mapping[str, Any]

    @property
    def model(self) -> str:
        """As in light 0.1.0, or the file's name without a manifest."""
        known = self.figures["model"]
        return f"{known} {self.figures['version']}" if known else Path(self.name).stem

    @property
    def title(self) -> str:
        """As in light 0.1.0 fp32, or the file's name."""
        return f"{self.model} {self.figures['precision']}" if self.figures["model"] else self.model

    @property
    def images(self) -> tuple[str, str]:
        """Data set and split."""
        return self.run["data"], self.run["split"]


def evaluations(records: Records) -> list[Record]:
    """The evaluations, oldest version first."""
    return sorted(records.evaluate, key=lambda record: (_version(files(record)[0]), record.name))


def files(record: Record) -> list[EvaluatedFile]:
    """The files of one evaluation."""
    return [EvaluatedFile(name, figures, record.said) for name, figures in record.said["files"].items()]


def current(records: Records) -> list[EvaluatedFile]:
    """The first file of the newest version of each model of ours; the most accurate model first."""
    ours = [file for name, file in newest(records).items() if name not in paper.PEERS.values()]
    return sorted(ours, key=lambda file: -float(file.figures["accuracy"]))


def newest(records: Records) -> dict[str, EvaluatedFile]:
    """The first file, the most precise one, of each model's newest version, by the model's name."""
    return {str(files(record)[0].figures["model"]): files(record)[0] for record in evaluations(records)}


def _version(file: EvaluatedFile) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", file.figures["version"] or ""))
