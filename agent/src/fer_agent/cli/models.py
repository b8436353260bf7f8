"""fer-agent models."""

from dataclasses import replace
from typing import Any, Dict, List

import typer
from fer_terminal.choosing import Choice, chosen_rows
from fer_terminal.columns import FIGURE, ID, NAME, TIME, Column, Row
from fer_terminal.options import for_programs, with_choice
from fer_wire.contracts import FINDER, LANDMARKER
from fer_wire.printable import printable
from typing_extensions import Annotated

from fer_agent.cli.terminal import Config, Debug, Device, Json, StateDir, print_json, settings_from
from fer_agent.settings import DLIB

MB = 1e6
COLUMNS = (
    Column("task", 2), Column("slot"), Column("model"), Column("MB", 3, FIGURE, digits=2), Column("sha256", 5, ID),
    Column("last used", 4, TIME),
)  # fmt: skip


@with_choice(COLUMNS)
def models(
    choice: Choice,
    device: Device = None,
    state_dir: StateDir = None,
    config: Config = None,
    sha256: Annotated[bool, typer.Option("--sha256", help="Show the full sha256 of each file.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the models on this device by task (current, previous, on trial, cached) and the state of the last update."""
    settings = settings_from(config, device, None, None, state_dir)
    from fer_agent.update.inventory import inventory

    found = inventory(settings)
    rows = [_cells(each) for each in found["models"]]
    if json:
        places = chosen_rows(for_programs(choice), COLUMNS, rows)
        print_json({**found, "models": [found["models"][place] for place in places]})
        return
    from fer_terminal.listing import print_list

    whole = [replace(each, kind=NAME) if sha256 and each.kind == ID else each for each in COLUMNS]
    print_list(whole, rows, "", choice)
    for sentence in _sentences(found):
        print(printable(sentence))


def _cells(kept: Dict[str, Any]) -> Row:
    size_mb = kept["size_bytes"] / MB
    return kept["task"], kept["slot"], kept["model"], size_mb, kept["sha256"], kept["used"]


def _sentences(found: Dict[str, Any]) -> List[str]:
    eyes = found["eyes"]
    seeing = f"{eyes[FINDER]} finds the faces" + ("" if eyes[FINDER] == DLIB else f", {eyes[LANDMARKER]} marks them")
    serves = f"{found['serves']} serves when the agent starts; {seeing}."
    update = found["update"]
    if update is None:
        return [serves, "No model has been rolled out to this device yet."]
    what = f"Last update: {update['model']}, rollout {update['rollout']}, attempt {update['attempt']}"
    return [serves, f"{what}: {update['state']}. {update['reason']}".rstrip()]
