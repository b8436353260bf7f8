"""fer-models report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_RUNS, DEFAULT_OUT = Path("docs/results"), Path("docs/results.md")


def report(
    runs: Annotated[
        Path,
        typer.Option(
            help="Folder of the records: evaluate-, bench-, prune-, quantize- and ablation-*.json, and "
            "logs of training, *.jsonl. The pictures are written there too."
        ),
    ] = DEFAULT_RUNS,
    out: Annotated[Path, typer.Option(help="The page, in Markdown.")] = DEFAULT_OUT,
) -> None:
    """Write the paper's four tables beside ours, with pictures, from the JSON that the other commands write."""
    from fer_models.report import draw_pictures, page, read_records

    records = read_records(runs)
    out.parent.mkdir(parents=True, exist_ok=True)
    text = page(records, Path(os.path.relpath(runs, out.parent)).as_posix())
    paths = draw_pictures(records, runs)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {out} and {len(paths)} pictures in {runs}")
