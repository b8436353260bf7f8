"""fer-models quantize."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from fer_terminal.columns import FIGURE, Column

from fer_models.cli.command_line import spoken
from fer_models.cli.steps import steps
from fer_models.quantization.calibration import CALIBRATION_FACES, LEAST_FACES

if TYPE_CHECKING:
    from fer_models.quantization.record import QuantizationFigures, QuantizationRecord

COLUMNS = (
    Column("file"), Column("accuracy %", 1, FIGURE), Column("loss, points", 2, FIGURE), Column("MB", 3, FIGURE),
    Column("packed, MB", 5, FIGURE), Column("ms (p50)", 4, FIGURE),
)  # fmt: skip


def quantize(
    checkpoint: Annotated[Path, typer.Option(help="checkpoint.pt of a training or pruning run.")],
    data: Annotated[list[Path], typer.Option(help="The images that it was trained on, for calibration and choices.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the files; replaced as a whole.", show_default="quantized beside the checkpoint"),
    ] = None,
    label_map: Annotated[Path | None, typer.Option(help="As for train.")] = None,
    qat: Annotated[
        Literal["auto", "always", "never"],
        typer.Option(help="Fine-tune with rounded numbers; auto does so when static int8 loses more than 0.3 points."),
    ] = "auto",
    calibration_faces: Annotated[
        int, typer.Option(min=LEAST_FACES, help="Training images that set the ranges of int8.")
    ] = CALIBRATION_FACES,
    seed: Annotated[int, typer.Option(help="Seed of the calibration images and of fine-tuning.")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="quantize.json instead of a table.")] = False,
) -> None:
    """Write fp32, fp16 and int8 .onnx files from a checkpoint, and what each costs in accuracy on held-out images."""
    from fer_models.quantization.qat import FineTuning
    from fer_models.quantization.variants import QuantizationRequest, quantize_checkpoint

    request = QuantizationRequest(
        checkpoint, tuple(data), spoken(), label_map, out, qat, calibration_faces, seed, FineTuning(seed=seed)
    )
    with steps(quiet=json_) as on_step:
        record = quantize_checkpoint(request, on_step)
    if json_:
        typer.echo(json.dumps({"folder": str(request.folder), **record.as_dict()}))
        return
    _show(record, request.folder)


def _show(record: QuantizationRecord, folder: Path) -> None:
    from fer_terminal.listing import print_list

    title = f"{folder}: int8 is {record.method}; {record.held_out_images} held-out training images, one CPU thread"
    tried = {name.replace("_", " "): figures for name, figures in record.experiments.items()}
    rows = [(name, *_cells(figures)) for name, figures in {**record.files, **tried}.items()]
    print_list(COLUMNS, rows, empty="", title=title)


def _cells(figures: QuantizationFigures) -> tuple[str, ...]:
    return (
        f"{100 * figures.accuracy:.2f}",
        f"{figures.loss_points:.2f}",
        f"{figures.size_bytes / 1e6:.2f}",
        f"{figures.packed_bytes / 1e6:.2f}" if figures.packed_bytes else "",
        f"{figures.p50_ms:.2f}" if figures.p50_ms else "",
    )
