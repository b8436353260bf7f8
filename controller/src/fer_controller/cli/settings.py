"""fer-controller settings set, unset, show, list: what devices may be told from afar."""

from collections.abc import Iterable
from typing import Annotated

import typer
from fer_terminal.columns import WORDS, Column, Row
from fer_wire.tuning import typed

from fer_controller.cli import looks, options
from fer_controller.cli.deploy import Begin, DryRun, Watch, Yes, roll_out
from fer_controller.cli.fields import with_options
from fer_controller.errors import RequestError
from fer_controller.operations.settings import (
    DEVICE_SETTINGS,
    SETTINGS_LIST,
    DeviceSettingAnswer,
    DeviceSettingsQuery,
    SettingAnswer,
)
from fer_controller.rollout.planning.course import Course
from fer_controller.rollout.planning.request import DeployRequest

app = typer.Typer(no_args_is_help=True, help="Shows the settings of devices, and changes them in waves.")

SHOWN = (Column("name"), Column("value"), Column("set"), Column("rollout", 4), Column("by", 5))

Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="As in events.heartbeat_s=10; `settings list` shows all.")
]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="As in events.heartbeat_s.")]
OneDevice = Annotated[str, typer.Argument(metavar="DEVICE", help="The device's name.")]


@app.command("set")
@with_options
def set_(
    assignments: Assignments,
    course: Course,
    yes: Yes = False,
    dry_run: DryRun = False,
    watch: Watch = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Change settings of devices in waves, as deploy does with a model: plan, gates, and back if one is broken."""
    request = _request(course, sets=assignments)
    roll_out(request, Begin(yes, dry_run, watch, json_), options.desk(db, url, config))


@app.command("unset")
@with_options
def unset(
    names: Names,
    course: Course,
    yes: Yes = False,
    dry_run: DryRun = False,
    watch: Watch = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Take settings from afar back in waves: devices work by their own, or by the defaults."""
    request = _request(course, unsets=names)
    roll_out(request, Begin(yes, dry_run, watch, json_), options.desk(db, url, config))


def _request(course: Course, **change: list[str]) -> DeployRequest:
    try:
        return DeployRequest(
            **course.model_dump(), without_model=True, **{name: tuple(each) for name, each in change.items()}
        )
    except RequestError as error:
        raise typer.BadParameter(str(error)) from error


def _list(found: list[SettingAnswer]) -> Iterable[Row]:
    for each in found:
        default = None if each.default is None else typed(each.default)
        yield each.name, each.kind, default, each.bounds, each.meaning


def _shown(found: list[DeviceSettingAnswer]) -> Iterable[Row]:
    for each in found:
        hidden = "" if each.from_afar is None else f" (from afar: {typed(each.from_afar)})"
        value = None if each.value is None else f"{typed(each.value)}{hidden}"
        yield each.name, value, each.source, each.rollout, each.by


LIST = looks.Look(
    SETTINGS_LIST,
    "The settings that can be changed from afar: their defaults, bounds and meaning.",
    (Column("name"), Column("kind", 5), Column("default"), Column("bounds", 3), Column("meaning", 4, WORDS)),
    _list,
)
app.command("list")(looks.command(LIST))


@app.command()
def show(
    device: OneDevice,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """What holds on a device: each setting, where it is set, and by whom."""
    with options.desk(db, url, config) as desk:
        found = desk.ask(DEVICE_SETTINGS, DeviceSettingsQuery(device=device))
    from fer_terminal.listing import print_list

    if json_:
        options.print_answer(found)
    else:
        print_list(SHOWN, list(_shown(found)), empty="")
