"""fer-agent models."""

from datetime import datetime
from typing import Any, Dict, List, Optional

import typer
from fer_wire.contracts import FINDER, LANDMARKER
from rich.markup import escape
from rich.table import Table
from typing_extensions import Annotated

from fer_agent.cli.terminal import Config, Debug, Device, Json, StateDir, print_json, settings_from, shown
from fer_agent.settings import DLIB

MB = 1e6


def models(
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
    if json:
        print_json(found)
        return
    console = shown()
    console.print(_table(found, None if sha256 else 12))
    for sentence in _sentences(found):
        console.print(escape(sentence))


def _table(found: Dict[str, Any], characters: Optional[int]) -> Table:
    table = Table("task", "slot", "model", "MB", "sha256", "last used")
    for kept in found["models"]:
        used = datetime.fromisoformat(kept["used"].replace("Z", "+00:00")).astimezone()
        size = f"{kept['size_bytes'] / MB:.2f}"
        about = kept["task"], kept["slot"], escape(kept["model"]), size, kept["sha256"][:characters]
        table.add_row(*about, f"{used:%Y-%m-%d %H:%M}")
    return table


def _sentences(found: Dict[str, Any]) -> List[str]:
    eyes = found["eyes"]
    seeing = f"{eyes[FINDER]} finds the faces" + ("" if eyes[FINDER] == DLIB else f", {eyes[LANDMARKER]} marks them")
    serves = f"{found['serves']} serves when the agent starts; {seeing}."
    update = found["update"]
    if update is None:
        return [serves, "No model has been rolled out to this device yet."]
    what = f"Last update: {update['model']}, rollout {update['rollout']}, attempt {update['attempt']}"
    return [serves, f"{what}: {update['state']}. {update['reason']}".rstrip()]
