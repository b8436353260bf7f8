"""checkpoint.pt: the state of a run on disk, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import torch
from fer_wire.whole_files import written_whole

from fer_models.errors import TrainingError
from fer_models.network.config import network_config
from fer_models.network.networks import Network, build
from fer_models.network.xception import shape_like

CHECKPOINT = "checkpoint.pt"
KEYS = ("recipe", "config", "step", "model", "average", "optimiser", "schedule", "history")
AVERAGED_PREFIX = "module."
WHOLE = "--whole"

State = dict[str, Any]


def write_checkpoint(state: State, path: Path) -> None:
    """Replace the file in one step; raises TrainingError when it cannot be written, and the old file stays."""
    whole = io.BytesIO()
    torch.save(state, whole)
    try:
        with written_whole(path) as file:
            file.write(whole.getbuffer())
    except OSError as error:
        raise TrainingError(
            f"Cannot write the checkpoint {path} ({error.strerror}); the previous one is kept. "
            "Free some space, then repeat the command to go on."
        ) from error


def read_checkpoint(path: Path) -> State:
    """The state that a run saved; raises TrainingError when the file is missing or damaged."""
    try:
        state: State = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        raise TrainingError(
            f"Cannot read the checkpoint {path} ({_reason(error)}); train again or give another file."
        ) from error
    if not isinstance(state, dict) or set(KEYS) - state.keys():
        raise TrainingError(f"{path} is not a checkpoint of fer-models train; give the checkpoint.pt of a run.")
    return state


def load_trained(path: Path) -> Network:
    """The averaged model of a checkpoint, ready for inference; a pruned one has only the channels that are left."""
    return averaged(read_checkpoint(path))


def averaged(state: State) -> Network:
    """The averaged model of a state."""
    weights = {
        name.removeprefix(AVERAGED_PREFIX): tensor
        for name, tensor in state["average"].items()
        if name.startswith(AVERAGED_PREFIX)
    }
    model = build(network_config(state["config"]))
    shape_like(model, weights)
    model.load_state_dict(weights)
    return model.eval()


def learned_held_out(state: State) -> bool:
    """Whether the run of a state, or one that it goes back to, learned the held-out images too (--whole)."""
    return bool(state["recipe"].get("whole")) or any(WHOLE in made.split() for made in state.get("commands", ()))


def digest(path: Path) -> str:
    """sha256 of a file, by which later steps recognise it; raises OSError when it cannot be read."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _reason(error: Exception) -> str:
    """In words for a user; torch's own message about a file it cannot load explains how to load an unsafe one."""
    return (isinstance(error, OSError) and error.strerror) or "it is damaged, or not a checkpoint"
