"""fer-controller deploy."""

import sys
from collections import Counter
from dataclasses import dataclass
from typing import Annotated

import typer
from fer_terminal.columns import FIGURE, WORDS, Column
from fer_wire.printable import one_line
from fer_wire.tuning import spelled

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.desk.desk import Desk
from fer_controller.errors import RequestError
from fer_controller.operations.plans import DEPLOY, PLAN, PlanAnswer, PlannedDeviceAnswer
from fer_controller.operations.rollouts import RolloutDeviceAnswer
from fer_controller.rollout.planning.request import DeployRequest

MOST_ROWS = 40
MB = 1e6
PLANNED = (
    Column("wave", 3, FIGURE), Column("device"), Column("class", 5), Column("runs now", 4), Column("is to run", 2),
    Column("why", 6, WORDS), Column("MB", 7, FIGURE),
)  # fmt: skip
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Begin without asking, also on several devices.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")]
Watch = Annotated[bool, typer.Option("--watch", help="Stay until it has ended; fails unless completed.")]


@dataclass(frozen=True)
class Begin:
    """How a command begins a rollout."""

    yes: bool
    dry_run: bool
    watch: bool
    as_json: bool


@with_options
def deploy(
    request: DeployRequest,
    yes: Yes = False,
    dry_run: DryRun = False,
    watch: Watch = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Roll a model out in waves, and settings with it: shows the plan, asks, and begins at once."""
    roll_out(request, Begin(yes, dry_run, watch, json_), options.desk(db, url, config))


def roll_out(request: DeployRequest, begin: Begin, at: Desk) -> None:
    """Show the plan, ask, begin, and stay, as far as that is wanted."""
    with at as desk:
        try:
            plan = desk.ask(PLAN, request)
            _show(plan, as_json=begin.as_json)
            if begin.dry_run:
                return
            if not begin.yes:
                _agree(plan, as_json=begin.as_json)
            begun = desk.ask(DEPLOY, request)
        except RequestError as error:
            raise typer.BadParameter(str(error)) from error
        _stay(desk, begun.rollout, watch=begin.watch, as_json=begin.as_json)


def _agree(plan: PlanAnswer, *, as_json: bool) -> None:
    """Ask before more than one device is touched; raises RequestError where nobody can be asked."""
    devices = len(plan.devices)
    if devices <= 1:
        return
    if as_json or not sys.stdin.isatty():
        raise RequestError(f"This would touch {devices} devices; give --yes to begin without being asked.")
    typer.confirm(f"Begin this rollout on {devices} devices?", abort=True)


def _stay(desk: Desk, rollout: str, *, watch: bool, as_json: bool) -> None:
    from fer_controller.cli.watching import watch as stay

    if as_json:
        options.print_line({"rollout": rollout})
    else:
        print(f"Rollout {rollout} is planned; `fer-controller rollouts watch {rollout}` shows how it goes.")
    if watch:
        stay(desk, rollout, as_json=as_json)


def _show(plan: PlanAnswer, *, as_json: bool) -> None:
    if as_json:
        options.print_line({"plan": plan.document()})
        return
    from fer_terminal.listing import print_list

    rows = [
        (each.wave, each.device, each.device_class, each.running, has_new(each), each.why, each.bytes / MB)
        for each in plan.devices[:MOST_ROWS]
    ]
    print_list(PLANNED, rows, empty="No device is to be updated.")
    _say_more(len(plan.devices), "more; --json shows all")
    _summarize(plan)


def has_new(device: PlannedDeviceAnswer | RolloutDeviceAnswer) -> str:
    """What it is to have: a model, settings, or both."""
    settings = "" if device.settings is None else spelled(device.settings)
    return device.model if settings in ("", device.model) else f"{device.model} with {settings}"


def _summarize(plan: PlanAnswer) -> None:
    sizes = ", ".join(map(str, plan.waves)) or "none"
    print(f"{plan.model}: {len(plan.devices)} devices in waves of {sizes}; {plan.bytes / MB:.1f} MB to move at most.")
    print(f"Gates: {', '.join(plan.gates) or 'none'}.")
    for doubt in plan.doubts:
        print(one_line(doubt))
    for rollout, devices in Counter(each.waits_for for each in plan.devices if each.waits_for).items():
        print(f"It begins when rollout {rollout}, which changes another model of {devices} of them, has ended.")
    beware = [f"{each.device}: {warning}" for each in plan.devices for warning in each.warnings]
    for warning in beware[:MOST_ROWS]:
        print(f"Beware of {warning}.")
    _say_more(len(beware), "more warnings; --json shows all")
    for reason, devices in Counter(each.reason for each in plan.left_out).items():
        if devices > 1:
            print(one_line(f"{devices} devices are left out: {reason}."))
    for left in plan.left_out[:MOST_ROWS]:
        print(one_line(f"Left out: {left.device}, for {left.reason}."))
    _say_more(len(plan.left_out), "more are left out")


def _say_more(rows: int, what: str) -> None:
    if rows > MOST_ROWS:
        print(f"… and {rows - MOST_ROWS} {what}.")
