"""fer-models verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fer_models.verify import verify_entry


def verify(
    folder: Annotated[Path, typer.Argument(help="The folder NAME/VERSION of a zoo.")],
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
) -> None:
    """Check every file of a zoo entry: bytes, contract, zero-points and golden batch."""
    manifest = verify_entry(folder)
    if json_:
        files = {v.file: {"precision": v.precision, "sha256": v.sha256} for v in manifest.variants}
        typer.echo(json.dumps({"model": f"{manifest.name}@{manifest.version}", "ok": True, "files": files}))
        return
    for variant in manifest.variants:
        typer.echo(f"{manifest.reference(variant.precision)}: keeps the contract and reproduces the golden batch.")
