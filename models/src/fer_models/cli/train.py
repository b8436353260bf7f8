"""fer-models train."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fer_models.training.recipe import PRESETS, preset, with_changes

DEFAULT_PRESET = "cpu-light"
RUNS = Path("runs")
TUTOR_SHARE, TEACHER_SHARE = 0.5, 0.6


def train(
    data: Annotated[
        list[Path], typer.Option(help="FER2013 as zip, folder or CSV, or an image folder; give it again to add more.")
    ],
    preset_: Annotated[
        str, typer.Option("--preset", help=f"The recipe: {', '.join(PRESETS)}. Options below change it.")
    ] = DEFAULT_PRESET,
    start: Annotated[
        Path | None,
        typer.Option(help="checkpoint.pt, .onnx file or zoo entry to start from, pruned or not; else fresh weights."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; an unfinished one goes on.", show_default="runs/PRESET")
    ] = None,
    label_map: Annotated[
        Path | None, typer.Option(help="For an image folder: JSON or TOML from its classes to emotions.")
    ] = None,
    votes: Annotated[
        str, typer.Option(help="FER+ votes: a CSV, auto (ferplus_votes.csv beside the data, if there), or none.")
    ] = "auto",
    tutor: Annotated[
        list[Path] | None,
        typer.Option(help="A finished model, .onnx or zoo entry, whose answers become half of the labels; repeatable."),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint.pt or a finished model, asked about each view that the run learns from; repeatable."
        ),
    ] = None,
    teacher_share: Annotated[
        float, typer.Option(min=0, max=1, help="How much of the loss is the distance to the teachers.")
    ] = TEACHER_SHARE,
    votes_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="How much of a label is what the votes say.")
    ] = None,
    width: Annotated[
        float | None, typer.Option(min=0.05, max=4, help="Channels as a share of the published Xception.")
    ] = None,
    stem_stride: Annotated[
        int | None, typer.Option(min=1, max=2, help="Of the first convolution; 1 keeps the picture's size.")
    ] = None,
    px: Annotated[
        int | None,
        typer.Option(min=32, max=128, help="Size of the training pictures throughout, instead of growing ones."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training images.")] = None,
    batch: Annotated[int | None, typer.Option(min=2, help="Images in one step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=0, help="Highest learning rate of the cycle.")] = None,
    weight_decay: Annotated[
        float | None, typer.Option(min=0, help="Pull of every weight towards zero; small networks bear little.")
    ] = None,
    class_weights: Annotated[str | None, typer.Option(help="none, balanced or sqrt.")] = None,
    magnitude_ratio: Annotated[
        float | None, typer.Option(min=1, help="Prune single weights while training, to this compression ratio R.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Learn the held-out images too, by a recipe that was chosen without them.")
    ] = False,
    logit_temperature: Annotated[
        float | None,
        typer.Option(min=0.05, max=20, help="Divide the logits by this at the end, not by what the held-out say."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the weights, the order and the augmentation.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto",
    compiled: Annotated[bool, typer.Option("--compile", help="Let torch.compile fuse the network.")] = False,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 takes all.")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="JSON Lines, one an epoch, instead of a progress bar.")] = False,
) -> None:
    """Train an Xception on faces, a tenth of them held out to watch it by; goes on where it was stopped or killed."""
    from fer_models.cli.command_line import spoken
    from fer_models.cli.run_display import display
    from fer_models.pruning.magnitude import while_training
    from fer_models.training.datasets import DataSources, with_tutors
    from fer_models.training.distillation import teacher_ensemble, with_teachers
    from fer_models.training.recipe import check_recipe
    from fer_models.training.starting_point import starting_point
    from fer_models.training.train import Place, run_training

    recipe = with_changes(
        preset(preset_),
        {"width": width, "stem_stride": stem_stride},
        epochs=epochs,
        batch=batch,
        peak_learning_rate=learning_rate,
        weight_decay=weight_decay,
        votes_share=votes_share,
        class_weights=class_weights,
        magnitude_ratio=magnitude_ratio,
        seed=seed,
        whole=whole,
        logit_temperature=logit_temperature,
        sizes=((1.0, px),) if px else None,
    )
    check_recipe(recipe)
    sources = DataSources(tuple(data), label_map, votes, tuple(tutor or ()))
    teachers = teacher_ensemble(teacher or ())
    recipe = with_teachers(with_tutors(recipe, sources, TUTOR_SHARE), teacher or (), teacher_share)
    begun = starting_point(recipe, start, sources)
    folder = out or RUNS / preset_
    with display(f"training {preset_}", json_) as watch:
        run_training(
            Place(folder, device, precision, compiled, threads),
            sources,
            begun.recipe,
            begun.model,
            watch,
            teacher=teachers,
            pruning=while_training(recipe.magnitude_ratio),
            unpruned=begun.unpruned,
            commands=(*begun.commands, spoken()),
        )
