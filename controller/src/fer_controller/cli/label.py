"""fer-controller label."""

from typing import Annotated

import typer

from fer_controller.cli import options
from fer_controller.operations.labels import LABELS, RELABEL, LabelsAnswer, LabelsQuery


def label(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="DEVICE… KEY=VALUE…", help="Devices, and labels to put on them.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Remove this label; repeatable.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Release the devices from quarantine.")] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Labels of devices, by which `deploy --selector` finds them; without a change, shows them."""
    from fer_controller.errors import RequestError
    from fer_controller.rollout.devices.relabel import Relabel

    devices = [word for word in words or [] if "=" not in word]
    given = [word for word in words or [] if "=" in word]
    change = bool(given or remove or release)
    if change and not devices:
        raise typer.BadParameter("name the devices before the labels: label nano-01 nano-02 site=lab.")
    with options.desk(db, url, config) as desk:
        try:
            if change:
                keys = tuple(remove or ())
                asked = Relabel(devices=tuple(devices), labels=tuple(given), remove=keys, release=release)
                found = desk.ask(RELABEL, asked)
            else:
                found = desk.ask(LABELS, LabelsQuery(devices=tuple(devices)))
        except RequestError as error:
            raise typer.BadParameter(str(error)) from error
    _show(found, as_json=json_)


def _show(found: list[LabelsAnswer], *, as_json: bool) -> None:
    if as_json:
        options.print_answer(found)
        return
    table = options.table("device", "labels", "in quarantine because")
    for each in found:
        pairs = " ".join(f"{key}={value}" for key, value in each.labels.items())
        table.add_row(*map(options.plain, (each.device, pairs or "–", each.quarantined or "–")))
    options.print_table(table, empty="No device has a label.")
