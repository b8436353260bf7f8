"""fer-models export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fer_models.cli.command_line import checked_out
from fer_models.cli.steps import steps

DEFAULT_OUT = Path("models/zoo")


def export(
    checkpoint: Annotated[Path, typer.Option(help="checkpoint.pt of a training run.")],
    data: Annotated[Path, typer.Option(help="FER2013 as a zip or a folder, for calibration and evaluation.")],
    out: Annotated[Path, typer.Option(help="The zoo; the entry will be OUT/NAME/VERSION.")] = DEFAULT_OUT,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "light",
    version: Annotated[str, typer.Option(help="Version of the model; an existing one is never overwritten.")] = "0.1.0",
    also_learned: Annotated[
        list[str] | None,
        typer.Option(help="Another data set that it learned from, as NAME: TERMS, for the card; can be repeated."),
    ] = None,
    commit: Annotated[
        str, typer.Option(help="Commit of the code that trained it; by default the one checked out here.")
    ] = "",
    command: Annotated[
        str, typer.Option(help="Commands that made it; by default taken from the checkpoint and these options.")
    ] = "",
    *,
    untimed: Annotated[
        bool, typer.Option("--untimed", help="Do not measure how long a face takes, for instance on a busy machine.")
    ] = False,
) -> None:
    """Make a zoo entry from what quantize made (which runs first if needed): files, manifest, golden batch and card."""
    from fer_models.zoo.release import ReleaseRequest, release

    others = tuple(also_learned or ())
    request = ReleaseRequest(
        checkpoint, data, out, name, version, commit or checked_out(), command, others, timed=not untimed
    )
    with steps() as on_step:
        manifest = release(request, on_step)
    for variant in manifest.variants:
        typer.echo(
            f"{request.folder / variant.file}: {variant.size_bytes / 1e6:.2f} MB, "
            f"{100 * variant.accuracy[0].accuracy:.2f} % on {variant.accuracy[0].split}"
            + "".join(f", {latency.p50_ms:.2f} ms" for latency in variant.latency)
        )
