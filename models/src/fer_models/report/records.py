"""The records of runs in one folder, written by evaluate, bench, prune, quantize, average, ablate, pace and train."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_models.errors import ReportError

KINDS = {
    "evaluate": ("command", "data", "split", "images", "views", "files"),
    "bench": ("command", "machine", "versions", "threads", "runs", "repeats", "rows", "ratio"),
    "prune": ("method", "budget", "ratio", "parameters", "held_out_accuracy", "commands"),
    "quantize": ("command", "method", "machine", "files", "experiments"),
    "average": ("command", "averaged", "commands"),
    "ablation": ("command", "about", "machine", "runs"),
    "pace": ("command", "network", "machine", "seconds_a_step", "processor_seconds_a_step", "steps_an_epoch", "load"),
    "finder": ("command", "machine", "results"),
    "landmarker": ("command", "machine", "results"),
    "tracks": ("command", "model", "calibration", "policy", "uncertain", "conditions"),
}
LOGS = "*.jsonl"


@dataclass(frozen=True)
class Record:
    """One file: its name without kind and suffix, and its content."""

    name: str
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Log:
    """One training run: an entry for each epoch, and its command if the log has it."""

    name: str
    history: Sequence[Mapping[str, Any]]
    command: str


@dataclass(frozen=True)
class Records:
    """Everything that was found, by kind, each sorted by file name."""

    evaluate: tuple[Record, ...]
    bench: tuple[Record, ...]
    prune: tuple[Record, ...]
    quantize: tuple[Record, ...]
    average: tuple[Record, ...]
    ablation: tuple[Record, ...]
    pace: tuple[Record, ...]
    finder: tuple[Record, ...]
    landmarker: tuple[Record, ...]
    tracks: tuple[Record, ...]
    logs: tuple[Log, ...]


def read_records(folder: Path) -> Records:
    """Read KIND*.json and *.jsonl; raises ReportError when the folder is missing or a file is not such a record."""
    if not folder.is_dir():
        raise ReportError(f"{folder} is not a folder; give the one with the JSON of the runs.")
    found = {kind: tuple(_records(folder, kind)) for kind in KINDS}
    return Records(**found, logs=tuple(_log(path) for path in sorted(folder.glob(LOGS))))


def _records(folder: Path, kind: str) -> list[Record]:
    paths = sorted(folder.glob(f"{kind}*.json"))
    return [Record(path.stem.removeprefix(kind).removeprefix("-"), _said(path, kind)) for path in paths]


def _said(path: Path, kind: str) -> Mapping[str, Any]:
    said = _parsed(path, path.read_text(encoding="utf-8"))
    lacking = [key for key in KINDS[kind] if key not in said]
    if lacking:
        raise ReportError(
            f"{path} is not a record of {kind} (it lacks {', '.join(lacking)}); run the command that made it again."
        )
    return said


def _log(path: Path) -> Log:
    entries = [_parsed(path, line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    history = [entry for entry in entries if "epoch" in entry]
    if not history:
        raise ReportError(f"{path} is not a log of `fer-models train` (it has no epoch); remove it.")
    return Log(path.stem, history, next((str(entry["command"]) for entry in entries if "command" in entry), ""))


def _parsed(path: Path, text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ReportError(f"{path} is not JSON ({error}); run the command that made it again.") from error
    if not isinstance(found, dict):
        raise ReportError(f"{path} is not a record of a run; run the command that made it again.")
    return found
