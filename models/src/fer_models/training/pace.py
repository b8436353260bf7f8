"""How long a step of training takes, measured where nobody has the time for a whole run."""

from __future__ import annotations

import os
import time
from typing import Any

import torch

from fer_models.errors import UsageError
from fer_models.training.datasets import DataSources, training_and_held_out
from fer_models.training.machine import MachineOptions
from fer_models.training.recipe import Recipe
from fer_models.training.trainer import Trainer, new_model


def pace(recipe: Recipe, sources: DataSources, options: MachineOptions, steps: int) -> dict[str, Any]:
    """Figures of that many steps of a run, after one that is not counted.

    seconds_a_step: by the clock; processor_seconds_a_step: of all threads, which a busy machine changes less; load:
    processes that ran or waited to run, before and after. Raises UsageError and DatasetError as a run does, and where
    a run has no more steps than that.
    """
    machine = options.machine()
    learned, _ = training_and_held_out(sources, recipe, machine.device)
    trainer = Trainer(recipe, learned, new_model(recipe), machine=machine)
    if steps >= trainer.steps:
        raise UsageError(
            f"A run of this recipe has {trainer.steps} steps on {len(learned)} images, one of which is not timed; give "
            "fewer --steps, or more images."
        )
    trainer.learn(0)
    load, began, worked = os.getloadavg()[0], time.monotonic(), time.process_time()
    for step in range(1, steps + 1):
        float(trainer.learn(step))
    return {
        "network": recipe.network.name,
        "threads": torch.get_num_threads(),
        "steps": steps,
        "seconds_a_step": round((time.monotonic() - began) / steps, 3),
        "processor_seconds_a_step": round((time.process_time() - worked) / steps, 3),
        "steps_an_epoch": trainer.steps_per_epoch,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
    }
