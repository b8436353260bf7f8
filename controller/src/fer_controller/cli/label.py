"""fer-controller label."""

from typing import Annotated

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import WORDS, Column
from fer_terminal.options import with_choice

from fer_controller.cli import options
from fer_controller.cli.completions import DEVICES
from fer_controller.operations.labels import LABELS, RELABEL, LabelsAnswer, LabelsQuery

LABELLED = (Column("device"), Column("labels", kind=WORDS), Column("in quarantine because", 2, WORDS))


@with_choice(LABELLED)
def label(
    choice: Choice,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DEVICE… KEY=VALUE…",
            autocompletion=DEVICES,
            help="Devices, and labels to put on them; title=… may be any text.",
        ),
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Remove this label; repeatable.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Release the devices from quarantine.")] = False,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Put the devices into quarantine: rollouts leave them out.")
    ] = False,
    reason: options.Reason = "",
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Labels of devices, by which `deploy --selector` finds them, and quarantine; without a change, shows them."""
    from fer_controller.errors import RequestError
    from fer_controller.rollout.devices.relabel import Relabel

    devices = [word for word in words or [] if "=" not in word]
    given = [word for word in words or [] if "=" in word]
    change = bool(given or remove or release or quarantine)
    if change and not devices:
        raise typer.BadParameter("name the devices before the labels: label nano-01 nano-02 site=lab.")
    with options.desk(db, url, config) as desk:
        try:
            if change:
                asked = Relabel(
                    devices=tuple(devices), labels=tuple(given), remove=tuple(remove or ()), release=release,
                    quarantine=quarantine, reason=reason,
                )  # fmt: skip
                found = desk.ask(RELABEL, asked)
            else:
                found = desk.ask(LABELS, LabelsQuery(devices=tuple(devices)))
        except RequestError as error:
            raise typer.BadParameter(str(error)) from error
    rows = [(each.device, _pairs(each), each.quarantined) for each in found]
    documents = [each.document() for each in found]
    options.print_chosen(LABELLED, rows, documents, choice, "No device has a label.", json_=json_)


def _pairs(labelled: LabelsAnswer) -> str:
    return " ".join(f"{key}={value}" for key, value in labelled.labels.items())
