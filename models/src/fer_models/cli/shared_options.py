"""Options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Data: TypeAlias = Annotated[
    list[Path], typer.Option(help="FER2013 as zip, folder or CSV, or an image folder; repeat it to add more.")
]
TrainedOn: TypeAlias = Annotated[list[Path], typer.Option(help="The images that the network was trained on.")]
LabelMap: TypeAlias = Annotated[
    Path | None, typer.Option(help="For an image folder: JSON or TOML that names the emotion of each class folder.")
]
Votes: TypeAlias = Annotated[
    str, typer.Option(help="FER+ votes: a CSV, auto (ferplus_votes.csv beside the data, if there is one), or none.")
]
Tutors: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        help="A finished model, .onnx or zoo entry, whose answers become half of the labels; repeat it to add more."
    ),
]
Device: TypeAlias = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Precision: TypeAlias = Annotated[str, typer.Option(help="auto, fp32 or bf16.")]
Threads: TypeAlias = Annotated[int, typer.Option(min=0, help="CPU threads; 0 uses all cores.")]
