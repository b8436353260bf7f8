"""fer-models ablate."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fer_models.cli.command_line import spoken
from fer_models.errors import AblationError, Interrupted

PROGRAM = (sys.executable, "-c", "from fer_models.cli import main; main()")
INTERRUPTED = (130, -signal.SIGINT)


def run_command(words: Sequence[str]) -> None:
    """Run a command in its own process, whose progress bar is shown and whose output is not.

    Raises AblationError when the command fails, Interrupted when it was stopped.
    """
    status = subprocess.run([*PROGRAM, *words], stdout=subprocess.DEVNULL, check=False).returncode
    if status in INTERRUPTED:
        raise Interrupted("Stopped, and everything is saved. Repeat the command to go on.")
    if status:
        raise AblationError(f"`{spoken(words)}` failed; fix what it reports above, then repeat this command.")


def ablate(
    plan: Annotated[Path, typer.Argument(help="TOML file with the rows; see models/ablation.")],
    data: Annotated[list[Path], typer.Option(help="The images of every training, as for train.")],
    out: Annotated[
        Path | None, typer.Option(help="The file of results.", show_default="docs/results/ablation-PLAN.json")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="Folder that holds each run's folder.", show_default="runs/ablation-PLAN")
    ] = None,
    also_on: Annotated[
        list[Path] | None,
        typer.Option(
            help="A data set on whose held-out training images every row is measured by itself; repeat it to add more."
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Train the same network repeatedly with one thing changed at a time, and record what each change contributes."""
    from fer_models.ablation import AblationRequest, AblationRunner, read_plan
    from fer_models.ablation.figures import held_out_sets, read_figures
    from fer_models.model_files.runtime import machine

    chosen = read_plan(plan)
    name = f"ablation-{plan.stem}"
    record = out or Path("docs/results") / f"{name}.json"
    request = AblationRequest(tuple(data), runs or Path("runs") / name, record, spoken(), machine())
    read = partial(read_figures, also_on=held_out_sets(also_on or ()))
    runner = AblationRunner(chosen, request, run_command, spoken, read)
    found = runner.run(lambda row, seed: typer.echo(f"{row.question}: {row.name}, seed {seed}", err=True))
    typer.echo(json.dumps(found) if json_ else f"wrote {record}; `fer-models report` makes a table of it")
