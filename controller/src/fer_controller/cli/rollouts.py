"""fer-controller rollouts list, show, watch, and what can be ordered of a rollout."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from fer_controller.cli import looks, options
from fer_controller.operations.rollouts import (
    NEWEST,
    ORDER,
    PROGRESS,
    ROLLOUT,
    ROLLOUTS,
    OrderRequest,
    RolloutAnswer,
    RolloutQuery,
)
from fer_controller.rollout import transitions as moves
from fer_controller.rollout.orders import ORDERS

NOT_TAKEN_UP = "No controller has taken the order up yet; it is carried out when one runs."

Rollout = Annotated[str, typer.Argument(metavar="ID", help="The rollout, or how its id begins.")]
AnyRollout = Annotated[
    str,
    typer.Argument(
        metavar="[ID]", show_default=False, help="The rollout, or how its id begins; by default the newest."
    ),
]

app = typer.Typer(no_args_is_help=True, help="Shows rollouts, and takes orders on them.")


def _rows(found: list[RolloutAnswer]) -> Iterable[looks.Row]:
    for each in found:
        passed = sum(wave.state == moves.PASSED for wave in each.waves)
        devices = sum(wave.devices for wave in each.waves)
        yield (
            each.rollout, each.model, each.precision, each.state, f"{passed}/{len(each.waves)}", str(devices),
            each.created_at, each.created_by, each.reason or "–",
        )  # fmt: skip


LIST = looks.Look(
    ROLLOUTS,
    "The rollouts, the newest first.",
    ("rollout", "model", "precision", "state", "waves", "devices", "created", "by", "reason"),
    _rows,
    "There is no rollout yet; begin one with `fer-controller deploy`.",
)
app.command("list")(looks.command(LIST))


@app.command()
def show(
    rollout: AnyRollout = NEWEST,
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
        watching.print_whole(found)


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
        rollout: Rollout,
        db: options.Db = None,
        url: options.Url = None,
        config: options.Config = None,
        json_: options.Json = False,
    ) -> None:
        with options.desk(db, url, config) as desk:
            done = desk.ask(ORDER, OrderRequest(rollout=rollout, order=name))
        if json_:
            options.print_answer(done)
        else:
            print(f"{done.rollout}: {done.outcome or NOT_TAKEN_UP}")

    return order


for _kind in ORDERS:
    app.command(_kind.name, help=_kind.help)(_ordering(_kind.name))
