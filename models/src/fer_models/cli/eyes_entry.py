"""What `finder release` and `landmarker release` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_models.cli.command_line import checked_out
from fer_models.cli.steps import steps

if TYPE_CHECKING:
    from fer_models.zoo.eyes.maker import EyesMaker

ZOO = Path("models/zoo")

Origin = Annotated[Path, typer.Argument(help="checkpoint.pt of a run, an .onnx file, or a zoo entry.")]
Out = Annotated[Path, typer.Option(help="The zoo; the entry will be OUT/NAME/VERSION.")]
EntryName = Annotated[str, typer.Option("--name", help="Name of the model.")]
Version = Annotated[str, typer.Option(help="Version of the model; an existing one is never overwritten.")]
Commit = Annotated[str, typer.Option(help="Commit of the code that trained it; by default the one checked out here.")]
Command = Annotated[
    str, typer.Option(help="Commands that made it; by default taken from the source and these options.")
]


def publish(
    maker: EyesMaker, source: Path, data: Path, out: Path, name: str, version: str, commit: str, command: str
) -> None:
    """Make the entry and say what is in it."""
    from fer_models.zoo.eyes.release import release_eyes
    from fer_models.zoo.release import ReleaseRequest

    request = ReleaseRequest(source, data, out, name, version, commit or checked_out(), command)
    with steps() as on_step:
        manifest = release_eyes(request, maker, on_step)
    for variant in manifest.variants:
        typer.echo(
            f"{request.folder / variant.file}: {variant.size_bytes / 1e6:.2f} MB, {variant.latency[0].p50_ms:.2f} ms"
        )
        for each in variant.measured:
            typer.echo(f"  {each.name}: {each.value:g} ({each.unit})")
