"""fer-models train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT_OUT = Path("runs/light")


def train(
    data: Annotated[Path, typer.Option(help="FER2013 as a zip or a folder of train/EMOTION/*.jpg.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the run: checkpoint and log; an unfinished run goes on.")
    ] = DEFAULT_OUT,
    width: Annotated[
        float, typer.Option(min=0.05, max=4, help="Channels as a share of the published Xception.")
    ] = 0.25,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training images.")] = 30,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 takes all.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the weights, the order and the augmentation.")] = 0,
) -> None:
    """Train a small Xception on FER2013's training images, a tenth of them held out."""
    import torch

    from fer_models.data.faces import hold_out
    from fer_models.data.sources import TRAINING, load_split
    from fer_models.train import Recipe, Run

    if threads:
        torch.set_num_threads(threads)
    chosen, held_out = hold_out(load_split(data, TRAINING))
    Run(Recipe(width=width, epochs=epochs, seed=seed), chosen, held_out, out).fit(_print_epoch)


def _print_epoch(entry: dict[str, Any]) -> None:
    typer.echo(json.dumps(entry))
