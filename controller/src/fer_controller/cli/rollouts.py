"""fer-controller rollouts list, show, watch, and what can be ordered of a rollout."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, WORDS, Column, Row
from fer_terminal.options import HELP
from fer_wire.printable import one_line

from fer_controller.cli import completions, looks, options
from fer_controller.cli.states import toned
from fer_controller.desk.desk import Desk
from fer_controller.operations.rollouts import (
    NEWEST,
    ORDER,
    PROGRESS,
    ROLLOUT,
    ROLLOUTS,
    OrderRequest,
    RolloutAnswer,
    RolloutQuery,
    RolloutsQuery,
)
from fer_controller.rollout import transitions as moves
from fer_controller.rollout.orders import BY_NAME, ORDERS

NEWEST_LOOKED_AT = 100
LISTED = 10
NOT_TAKEN_UP = "No controller has taken the order up yet; it is carried out when one runs."

Rollout = Annotated[
    str | None,
    typer.Argument(
        metavar="[ID]",
        autocompletion=completions.ROLLOUTS,
        help="The rollout, or how its id begins; by default the one that is under way.",
    ),
]
AnyRollout = Annotated[
    str,
    typer.Argument(
        metavar="[ID]",
        autocompletion=completions.ROLLOUTS,
        show_default=False,
        help="The rollout, or how its id begins; by default the newest.",
    ),
]

app = typer.Typer(no_args_is_help=True, help="Shows rollouts, and takes orders on them.")


def _rows(found: list[RolloutAnswer]) -> Iterable[Row]:
    for each in found:
        passed = sum(wave.state == moves.PASSED for wave in each.waves)
        devices = sum(wave.devices for wave in each.waves)
        yield (
            each.rollout, each.model, each.precision, toned(each.state), f"{passed}/{len(each.waves)}", devices,
            each.created_at, each.created_by, each.reason,
        )  # fmt: skip


LIST = looks.Look(
    ROLLOUTS,
    "The rollouts, the newest first.",
    (
        Column("rollout"),
        Column("model"),
        Column("precision", 7),
        Column("state"),
        Column("waves", 3, FIGURE),
        Column("devices", 5, FIGURE),
        Column("created", 2, TIME),
        Column("by", 6),
        Column("reason", 4, WORDS),
    ),
    _rows,
    "There is no rollout yet; begin one with `fer-controller deploy`.",
)
app.command("list")(looks.command(LIST))


@app.command()
def show(
    rollout: AnyRollout = NEWEST,
    utc: Annotated[bool, typer.Option("--utc", help=HELP["utc"])] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """A rollout with its waves, devices, gates and the log of its decisions."""
    from fer_controller.cli import watching

    with options.desk(db, url, config) as desk:
        found = desk.ask(ROLLOUT, RolloutQuery(rollout=rollout))
    if json_:
        options.print_answer(found)
    else:
        watching.print_whole(found, Choice(utc=utc))


@app.command()
def watch(
    rollout: AnyRollout = NEWEST,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Stay with a rollout until it ends; fails unless it is completed."""
    from fer_controller.cli import watching

    with options.desk(db, url, config) as desk:
        found = desk.ask(PROGRESS, RolloutQuery(rollout=rollout))
        watching.watch(desk, found.rollout, as_json=json_)


def _ordering(name: str) -> Callable[..., None]:
    def order(
        rollout: Rollout = None,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        with options.desk(db, url, config) as desk:
            _order(desk, OrderRequest(rollout=rollout or _chosen(desk, name), order=name), json_)

    return order


def _chosen(desk: Desk, order: str) -> str:
    return under_way(desk.ask(ROLLOUTS, RolloutsQuery(limit=NEWEST_LOOKED_AT)), order)


def _order(desk: Desk, asked: OrderRequest, json_: bool) -> None:
    done = desk.ask(ORDER, asked)
    if json_:
        options.print_answer(done)
    else:
        print(f"{done.rollout}: {done.outcome or NOT_TAKEN_UP}")


def under_way(found: list[RolloutAnswer], order: str) -> str:
    """The only rollout under way that takes the order. Raises BadParameter, which lists those that do, otherwise."""
    takes = [each for each in found if order in {possible.order for possible in each.orders}]
    running = [each for each in takes if each.ended_at is None]
    if len(running) == 1:
        return running[0].rollout
    listed = ", ".join(f"{each.rollout} ({each.model}, {each.state})" for each in takes[:LISTED])
    if not takes:
        raise typer.BadParameter(f"no rollout can take {order} now; see `fer-controller rollouts list`.")
    raise typer.BadParameter(f"name the rollout to {order}; those that can take it now are {listed}.")


for _kind in ORDERS:
    if not _kind.wants:
        app.command(_kind.name, help=_kind.help)(_ordering(_kind.name))


@app.command(help=BY_NAME[moves.APPROVE].help)
def approve(
    rollout: Rollout = None,
    digest: Annotated[str, typer.Option(help="Of the plan that you looked at; without it you are asked.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Approve without being asked.")] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Name the plan, and approve it by its digest."""
    with options.desk(db, url, config) as desk:
        found = desk.ask(PROGRESS, RolloutQuery(rollout=rollout or _chosen(desk, moves.APPROVE)))
        if not (digest or yes):
            print(one_line(_asked(found)))
            typer.confirm("Approve this plan?", abort=True)
        _order(desk, OrderRequest(rollout=found.rollout, order=moves.APPROVE, digest=digest or found.digest), json_)


@app.command(help=BY_NAME[moves.REFUSE].help)
def refuse(
    reason: options.Reason,
    rollout: Rollout = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Refuse it with a reason."""
    with options.desk(db, url, config) as desk:
        chosen = rollout or _chosen(desk, moves.REFUSE)
        _order(desk, OrderRequest(rollout=chosen, order=moves.REFUSE, reason=reason), json_)


def _asked(rollout: RolloutAnswer) -> str:
    sizes = ", ".join(str(wave.devices) for wave in rollout.waves)
    return (
        f"{rollout.rollout}: {rollout.created_by} asks for {rollout.model} in waves of {sizes} devices; digest "
        f"{rollout.digest}. `fer-controller rollouts show {rollout.rollout}` has all of it."
    )
