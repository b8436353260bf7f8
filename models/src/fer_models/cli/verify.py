"""fer-models verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fer_models.zoo.verification import verify_entry


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder NAME/VERSION of a zoo.")],
    against: Annotated[
        Path | None, typer.Option(help="checkpoint.pt that it was made from: compare its answers too; needs PyTorch.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
) -> None:
    """Check every file of a zoo entry: bytes, contract, zero-points and golden batch."""
    manifest = verify_entry(folder)
    differences: dict[str, float] = {}
    if against:
        from fer_models.zoo.checkpoint_comparison import compare_with_checkpoint

        differences = compare_with_checkpoint(folder, manifest, against)
    if json_:
        files = {v.file: {"precision": v.precision, "sha256": v.sha256} for v in manifest.variants}
        document = {"model": f"{manifest.name}@{manifest.version}", "ok": True, "files": files}
        typer.echo(json.dumps({**document, "differences": differences} if against else document))
        return
    for variant in manifest.variants:
        found = differences.get(variant.precision)
        compared = "" if found is None else f" It answers as {against} does, within {found:.2g}."
        typer.echo(
            f"{manifest.reference(variant.precision)}: keeps the contract and reproduces the golden batch.{compared}"
        )
