"""fer-models ablate."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_models.cli.command_line import spoken
from fer_models.errors import AblationError, Interrupted

if TYPE_CHECKING:
    from fer_models.ablation.figures import AblationFigures
    from fer_models.ablation.plan import Step

PROGRAM = (sys.executable, "-c", "from fer_models.cli import main; main()")
INTERRUPTED = (130, -signal.SIGINT)


class Processes:
    """Each command in a process of its own, whose progress bar is seen and whose output is not."""

    def run(self, words: Sequence[str]) -> None:
        """Raises AblationError when the command fails, Interrupted when it was stopped."""
        status = subprocess.run([*PROGRAM, *words], stdout=subprocess.DEVNULL, check=False).returncode
        if status in INTERRUPTED:
            raise Interrupted("Stopped, and all of it is saved. Give the same command to go on.")
        if status:
            raise AblationError(f"`{spoken(words)}` failed; mend what it says above, then give the same command.")

    def spoken(self, words: Sequence[str]) -> str:
        """The command as records name it."""
        return spoken(words)

    def figures(self, step: Step, folder: Path) -> AblationFigures:
        """Read off the folder's files."""
        from fer_models.ablation.figures import read_figures

        return read_figures(step, folder)


def ablate(
    plan: Annotated[Path, typer.Argument(help="TOML file that names the rows; see models/ablation.")],
    data: Annotated[list[Path], typer.Option(help="The images of every training, as for train.")],
    out: Annotated[
        Path | None, typer.Option(help="The record.", show_default="docs/results/ablation-PLAN.json")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="Folder of the runs' folders.", show_default="runs/ablation-PLAN")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="The record on standard output.")] = False,
) -> None:
    """Train the same network again and again with one thing changed at a time, and record what each change brings."""
    from fer_models.ablation import AblationRequest, AblationRunner, read_plan
    from fer_models.model_files.runtime import machine

    chosen = read_plan(plan)
    name = f"ablation-{plan.stem}"
    record = out or Path("docs/results") / f"{name}.json"
    place = AblationRequest(tuple(data), runs or Path("runs") / name, record, spoken(), machine())
    course = AblationRunner(chosen, place, Processes())
    found = course.take(lambda row, seed: typer.echo(f"{row.question}: {row.name}, seed {seed}", err=True))
    typer.echo(json.dumps(found) if json_ else f"wrote {record}; `fer-models report` makes a table of it")
