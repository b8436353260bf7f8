"""A run's state in one file, which is replaced as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from fer_models.errors import TrainingError

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "weights.pt"
KIND, AVERAGE = "kind", "average"

State = dict[str, Any]


def write_state(path: Path, state: State) -> None:
    """Replace the file; raises TrainingError when the disk refuses, and the file before it stays."""
    partial = path.with_name(path.name + ".partial")
    try:
        torch.save(state, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:
        partial.unlink(missing_ok=True)
        raise TrainingError(
            f"{path} cannot be written ({error}); make room and give the same command again."
        ) from error


def read_state(path: Path, kind: str) -> State:
    """The state of a run of this kind; raises TrainingError when the file is missing, damaged or of another kind."""
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        raise TrainingError(f"{path} cannot be read as a checkpoint; give the file of a finished save.") from error
    if not isinstance(state, dict) or state.get(KIND) != kind:
        raise TrainingError(f"{path} is no checkpoint of a {kind}; give one that a run of this command wrote.")
    return state
