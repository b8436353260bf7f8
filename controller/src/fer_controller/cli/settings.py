"""fer-controller settings set, unset, show, list: what devices may be told from afar."""

from collections.abc import Iterable
from typing import Annotated

import typer

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


def _list(found: list[SettingAnswer]) -> Iterable[looks.Row]:
    for each in found:
        default = "–" if each.default is None else str(each.default)
        yield each.name, each.kind, default, each.bounds or "–", each.meaning


def _shown(found: list[DeviceSettingAnswer]) -> Iterable[looks.Row]:
    for each in found:
        value = "–" if each.value is None else str(each.value)
        hidden = "" if each.from_afar is None else f" (from afar: {each.from_afar})"
        yield each.name, value + hidden, each.source, each.rollout or "–", each.by or "–"


LIST = looks.Look(
    SETTINGS_LIST,
    "The settings that can be changed from afar: their defaults, bounds and meaning.",
    ("name", "kind", "default", "bounds", "meaning"),
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
    if json_:
        options.print_answer(found)
        return
    table = options.table("name", "value", "set", "rollout", "by")
    for row in _shown(found):
        table.add_row(*(options.plain(str(cell)) for cell in row))
    options.print_table(table, "")
