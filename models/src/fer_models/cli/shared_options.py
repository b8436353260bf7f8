"""Options that several commands have, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from fer_models.network.config import CNN, RESNET50, VGG, XCEPTION
from fer_models.training.presets import PRESETS

DEFAULT_PRESET = "cpu-light"


class Networks(StrEnum):
    """The values of an option."""

    XCEPTION = XCEPTION
    VGG = VGG
    RESNET50 = RESNET50
    CNN = CNN


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
Preset: TypeAlias = Annotated[
    str, typer.Option("--preset", help=f"The recipe: {', '.join(PRESETS)}. Other options change it.")
]
Network: TypeAlias = Annotated[
    Networks, typer.Option("--network", help="An Xception, or one of the networks that the paper compares it with.")
]
