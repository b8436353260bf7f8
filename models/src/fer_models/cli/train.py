"""fer-models train."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_models.cli.recipe_options import changed_recipe, with_recipe_options
from fer_models.cli.shared_options import (
    DEFAULT_PRESET,
    Data,
    Device,
    LabelMap,
    Network,
    Networks,
    Precision,
    Preset,
    Threads,
    Tutors,
    Votes,
)
from fer_models.training.presets import preset

RUNS = Path("runs")
TUTOR_SHARE, TEACHER_SHARE = 0.5, 0.6

Start = Annotated[
    Path | None,
    typer.Option(help="checkpoint.pt, .onnx file or zoo entry to start from, pruned or not; else fresh weights."),
]
Out = Annotated[
    Path | None, typer.Option(help="Folder of the run; an unfinished run is resumed.", show_default="runs/PRESET")
]
Teachers = Annotated[
    list[Path] | None,
    typer.Option(
        help="A checkpoint.pt or a finished model, asked about each view that the run learns from; repeat it to add "
        "more."
    ),
]
TeacherShare = Annotated[
    float, typer.Option(min=0, max=1, help="How much of the loss is the distance to the teachers.")
]
Trust = Annotated[
    list[float] | None,
    typer.Option(
        min=0,
        max=1,
        help="How much of a data set's loss is its labels' and not the teachers', instead of 1 - TEACHER_SHARE; once "
        "for each --data.",
    ),
]
Weights = Annotated[
    list[float] | None, typer.Option(min=0, help="How much each face of a data set counts; once for each --data.")
]
Px = Annotated[
    int | None, typer.Option(min=32, max=128, help="Size of all training images, instead of sizes that grow.")
]
Compile = Annotated[bool, typer.Option("--compile", help="Let torch.compile fuse the network.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines, one line an epoch, instead of a progress bar.")]


@with_recipe_options
def train(
    data: Data,
    preset_: Preset = DEFAULT_PRESET,
    network: Network = Networks.XCEPTION,
    start: Start = None,
    out: Out = None,
    label_map: LabelMap = None,
    votes: Votes = "auto",
    tutor: Tutors = None,
    teacher: Teachers = None,
    teacher_share: TeacherShare = TEACHER_SHARE,
    trust: Trust = None,
    weight: Weights = None,
    px: Px = None,
    *,
    device: Device = "auto",
    precision: Precision = "auto",
    compiled: Compile = False,
    threads: Threads = 0,
    json_: Json = False,
    **changes: Any,
) -> None:
    """Train a network on faces, measured on a tenth of them that is held out; a stopped or killed run is resumed."""
    from fer_models.cli.command_line import spoken
    from fer_models.cli.run_display import display
    from fer_models.pruning.magnitude import while_training
    from fer_models.training.datasets import DataSources, with_tutors
    from fer_models.training.distillation import teacher_ensemble, with_teachers
    from fer_models.training.machine import MachineOptions
    from fer_models.training.recipe import check_recipe, with_network
    from fer_models.training.starting_point import starting_point
    from fer_models.training.train import run_training

    recipe = changed_recipe(with_network(preset(preset_), network.value), changes, px)
    recipe = replace(recipe, trust=tuple(trust or ()), weights=tuple(weight or ()))
    check_recipe(recipe)
    sources = DataSources(tuple(data), label_map, votes, tuple(tutor or ()))
    ensemble = teacher_ensemble(teacher or ())
    recipe = with_teachers(with_tutors(recipe, sources, TUTOR_SHARE), teacher or (), teacher_share)
    begun = starting_point(recipe, start, sources).followed_by(spoken())
    options = MachineOptions(device, precision, compiled, threads)
    pruning = while_training(recipe.magnitude_ratio)
    with display(f"training {preset_}", json_) as observer:
        run_training(out or RUNS / preset_, options, sources, begun, observer, teacher=ensemble, pruning=pruning)
