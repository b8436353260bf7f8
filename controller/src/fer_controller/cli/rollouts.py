"""fer-controller rollouts list, show, watch, and what can be ordered of a rollout."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from fer_controller.cli import options
from fer_controller.rollout import transitions as moves
from fer_controller.rollout.orders import ORDERS

NEWEST = 20

Rollout = Annotated[str, typer.Argument(metavar="ID", help="The rollout, or how its id begins.")]
AnyRollout = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The rollout, or how its id begins; by default the newest.")
]

app = typer.Typer(no_args_is_help=True, help="Shows rollouts, and takes orders on them.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=0, help="The newest so many.")] = NEWEST,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The rollouts, the newest first."""
    with options.desk(db, url, config) as desk:
        found = desk.rollouts(limit)
    if json_:
        options.print_lines(found)
        return
    table = options.table("rollout", "model", "precision", "state", "waves", "devices", "created", "by", "reason")
    for each in found:
        passed = sum(wave["state"] == moves.PASSED for wave in each["waves"])
        devices = sum(wave["devices"] for wave in each["waves"])
        cells = (
            each["rollout"], each["model"], each["precision"], each["state"], f"{passed}/{len(each['waves'])}",
            str(devices), each["created_at"], each["created_by"], each["reason"] or "–",
        )  # fmt: skip
        table.add_row(*map(options.plain, cells))
    options.print_table(table, empty="There is no rollout yet; begin one with `fer-controller deploy`.")


@app.command()
def show(
    rollout: AnyRollout = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """A rollout with its waves, devices, gates and the log of its decisions."""
    from fer_controller.cli import watching

    with options.desk(db, url, config) as desk:
        document = desk.rollout(rollout)
    if json_:
        options.print_line(document)
    else:
        watching.print_whole(document)


@app.command()
def watch(
    rollout: AnyRollout = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Stay with a rollout until it ends; fails unless it is completed."""
    from fer_controller.cli import watching

    with options.desk(db, url, config) as desk:
        watching.watch(desk, str(desk.progress(rollout)["rollout"]), as_json=json_)


def _ordering(action: str) -> Callable[..., None]:
    def order(
        rollout: Rollout,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        with options.desk(db, url, config) as desk:
            _say(desk.order(rollout, action), as_json=json_)

    return order


for _kind in ORDERS:
    app.command(_kind.name, help=_kind.help)(_ordering(_kind.name))


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    waits = "No controller took the order up yet; it is done when one runs."
    if as_json:
        options.print_line(document)
    else:
        print(f"{document['rollout']}: {document['outcome'] or waits}")
