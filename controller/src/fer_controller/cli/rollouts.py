"""fer-controller rollouts list, show, watch, and what can be ordered of a rollout."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_controller.cli import options
from fer_controller.rollout import transitions as moves

if TYPE_CHECKING:
    from fer_controller.desk.contract import Desk

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


@app.command()
def pause(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Tell no further device and pass no wave until it is resumed."""
    _order(options.desk(db, url, config), rollout, moves.PAUSE, as_json=json_)


@app.command()
def resume(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Go on; a wave that soaked, soaks once more."""
    _order(options.desk(db, url, config), rollout, moves.RESUME, as_json=json_)


@app.command()
def promote(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Pass the wave by your word, whatever its gates say."""
    _order(options.desk(db, url, config), rollout, moves.PROMOTE, as_json=json_)


@app.command()
def abort(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Stop: updates under way are withdrawn, devices that committed stay as they are."""
    _order(options.desk(db, url, config), rollout, moves.ABORT, as_json=json_)


@app.command()
def retry(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Try failed, quarantined and unreachable devices again, and let them out of quarantine."""
    _order(options.desk(db, url, config), rollout, moves.RETRY, as_json=json_)


@app.command()
def rollback(
    rollout: Rollout,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Bring every device that it reached back to what it ran before."""
    _order(options.desk(db, url, config), rollout, moves.ROLL_BACK, as_json=json_)


def _order(opened: "Desk", rollout: str, action: str, *, as_json: bool) -> None:
    with opened as desk:
        _say(desk.order(rollout, action), as_json=as_json)


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    waits = "No controller took the order up yet; it is done when one runs."
    if as_json:
        options.print_line(document)
    else:
        print(f"{document['rollout']}: {document['outcome'] or waits}")
