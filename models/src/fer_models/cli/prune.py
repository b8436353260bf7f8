"""fer-models prune."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_OUT = Path("runs/pruned")


def prune(
    checkpoint: Annotated[Path, typer.Option(help="checkpoint.pt of a training run; it is also the teacher.")],
    data: Annotated[list[Path], typer.Option(help="The images it was trained on, as for train.")],
    out: Annotated[Path, typer.Option(help="Folder of the pruned run; an unfinished one goes on.")] = DEFAULT_OUT,
    ratio: Annotated[float | None, typer.Option(help="Budget: compression ratio R over weights, above 1.")] = None,
    latency_ms: Annotated[
        float | None, typer.Option(help="Budget: milliseconds of one face in ONNX Runtime, one thread, here.")
    ] = None,
    accuracy_loss: Annotated[
        float | None, typer.Option(help="Budget: points of accuracy on held-out images that it may cost.")
    ] = None,
    method: Annotated[
        str, typer.Option(help="structured (whole channels: smaller and faster) or magnitude (single weights).")
    ] = "structured",
    label_map: Annotated[Path | None, typer.Option(help="As for train.")] = None,
    votes: Annotated[str, typer.Option(help="As for train.")] = "auto",
    tutor: Annotated[
        list[Path] | None,
        typer.Option(help="A finished model, .onnx or zoo entry, whose answers become half of the labels; repeatable."),
    ] = None,
    sparse_epochs: Annotated[int, typer.Option(min=0, help="Epochs of sparse learning before the cut.")] = 2,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of fine-tuning after it.")] = 10,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto",
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 takes all.")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="JSON Lines instead of progress bars.")] = False,
) -> None:
    """Make a trained network smaller within one budget, fine-tuned with the unpruned one as its teacher."""
    from fer_models.cli.command_line import spoken
    from fer_models.cli.run_display import display
    from fer_models.pruning.budget import budget
    from fer_models.pruning.pruner import Pruner, PruningRequest
    from fer_models.training.datasets import DataSources
    from fer_models.training.train import Place

    order = PruningRequest(
        checkpoint,
        budget(ratio, latency_ms, accuracy_loss),
        method,
        sparse_epochs,
        epochs,
        commands=(spoken(),),
    )
    course = Pruner(
        order,
        DataSources(tuple(data), label_map, votes, tuple(tutor or ())),
        Place(out, device, precision, threads=threads),
        lambda title: display(title, json_),
    )
    outcome = course.prune()
    typer.echo(json.dumps(outcome) if json_ else _sentence(outcome))


def _sentence(outcome: dict[str, dict[str, float]]) -> str:
    ratio, parameters, accuracy = outcome["ratio"], outcome["parameters"], outcome["held_out_accuracy"]
    return (
        f"{parameters['before']:,} parameters became {parameters['after']:,}: R = {ratio['weights']:.2f} by weights, "
        f"{ratio['filters']:.2f} by filters, {ratio['channels']:.2f} by channels. Held-out accuracy "
        f"{100 * accuracy['before']:.2f} % became {100 * accuracy['after']:.2f} %."
    )
