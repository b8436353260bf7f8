"""Options that training a finder and training a landmarker have in common, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

RunFolder: TypeAlias = Annotated[Path, typer.Option(help="Folder of the run; one that was stopped goes on.")]
Samples: TypeAlias = Annotated[
    int, typer.Option(min=64, help="Samples to see in all. A finished run goes on when this is raised.")
]
Batch: TypeAlias = Annotated[int, typer.Option(min=2, help="Samples in one step.")]
Rate: TypeAlias = Annotated[float, typer.Option(min=1e-6, help="Highest learning rate.")]
Start: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="checkpoint.pt of another run, .onnx file or zoo entry, whose weights a new run begins with."),
]
Seed: TypeAlias = Annotated[int, typer.Option(help="Seed of weights and samples.")]
Threads: TypeAlias = Annotated[int, typer.Option(min=1, help="CPU threads.")]
JsonLines: TypeAlias = Annotated[bool, typer.Option("--json", help="JSON Lines, one an entry of the log.")]
