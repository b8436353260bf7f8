"""fer-agent doctor."""

from typing import TYPE_CHECKING

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice, chosen_rows
from fer_terminal.columns import WORDS, Column, Row
from fer_terminal.options import for_programs, with_choice

from fer_agent.cli.terminal import (
    Broker,
    Config,
    Debug,
    Device,
    Json,
    Model,
    Source,
    StateDir,
    Variant,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from fer_wire.commands import Finding

TONES = {"ok": tones.GOOD, "warning": tones.BEWARE, "failed": tones.BAD}
COLUMNS = (Column("check"), Column("state"), Column("found", kind=WORDS), Column("what to do", kind=WORDS))


@with_choice(COLUMNS)
def doctor(
    choice: Choice,
    device: Device = None,
    source: Source = None,
    broker: Broker = None,
    model: Model = None,
    precision: Variant = None,
    state_dir: StateDir = None,
    config: Config = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check everything that the agent needs, and say what to do about each failure."""
    settings = settings_from(config, device, source, broker, state_dir, model, precision)
    from fer_terminal.progress import bar
    from fer_wire.commands import FAULT

    from fer_agent.doctor import examine

    with bar("Checking …", quiet=json) as shown:
        found = list(shown.over(examine(settings)))
    rows = [_cells(each) for each in found]
    if json:
        for place in chosen_rows(for_programs(choice), COLUMNS, rows):
            print_json(found[place].model_dump())
    else:
        from fer_terminal.listing import print_list

        print_list(COLUMNS, rows, "", choice)
    if any(each.state == FAULT for each in found):
        raise typer.Exit(1)


def _cells(finding: "Finding") -> Row:
    return finding.check, (finding.state, TONES[finding.state]), finding.found, finding.remedy
