"""fer-models prune."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fer_models.cli.shared_options import Device, LabelMap, Precision, Threads, TrainedOn, Tutors, Votes

DEFAULT_OUT = Path("runs/pruned")

Checkpoint = Annotated[Path, typer.Option(help="checkpoint.pt of a training run; its network is also the teacher.")]
Out = Annotated[Path, typer.Option(help="Folder of the pruned run; an unfinished run is resumed.")]
RatioBudget = Annotated[float | None, typer.Option(help="Budget: compression ratio R over weights, above 1.")]
LatencyBudget = Annotated[
    float | None, typer.Option(help="Budget: milliseconds for one face in ONNX Runtime, on one thread of this machine.")
]
LossBudget = Annotated[
    float | None, typer.Option(help="Budget: how many points of accuracy on held-out images it may cost.")
]
Method = Annotated[
    str, typer.Option(help="structured (whole channels: smaller and faster) or magnitude (single weights).")
]
SparseEpochs = Annotated[int, typer.Option(min=0, help="Epochs of sparse learning before the cut.")]
Epochs = Annotated[int, typer.Option(min=1, help="Epochs of fine-tuning after the cut.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines instead of progress bars.")]


def prune(
    checkpoint: Checkpoint,
    data: TrainedOn,
    out: Out = DEFAULT_OUT,
    ratio: RatioBudget = None,
    latency_ms: LatencyBudget = None,
    accuracy_loss: LossBudget = None,
    method: Method = "structured",
    label_map: LabelMap = None,
    votes: Votes = "auto",
    tutor: Tutors = None,
    sparse_epochs: SparseEpochs = 2,
    epochs: Epochs = 10,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = 0,
    json_: Json = False,
) -> None:
    """Make a trained network smaller within one budget, then fine-tune it with the unpruned network as its teacher."""
    from fer_models.cli.command_line import spoken
    from fer_models.cli.run_display import display
    from fer_models.pruning.budget import budget
    from fer_models.pruning.pruner import Pruner
    from fer_models.pruning.request import PruningRequest
    from fer_models.training.datasets import DataSources
    from fer_models.training.machine import MachineOptions

    chosen = budget(ratio, latency_ms, accuracy_loss)
    request = PruningRequest(checkpoint, out, chosen, method, sparse_epochs, epochs, command=spoken())
    sources = DataSources(tuple(data), label_map, votes, tuple(tutor or ()))
    options = MachineOptions(device, precision, threads=threads)
    outcome = Pruner(request, sources, options, lambda title: display(title, json_)).prune()
    typer.echo(json.dumps(outcome) if json_ else _sentence(outcome))


def _sentence(outcome: dict[str, dict[str, float]]) -> str:
    ratio, parameters, accuracy = outcome["ratio"], outcome["parameters"], outcome["held_out_accuracy"]
    return (
        f"{parameters['before']:,} parameters became {parameters['after']:,}: R = {ratio['weights']:.2f} by weights, "
        f"{ratio['filters']:.2f} by filters, {ratio['channels']:.2f} by channels. Held-out accuracy "
        f"{100 * accuracy['before']:.2f} % became {100 * accuracy['after']:.2f} %."
    )
