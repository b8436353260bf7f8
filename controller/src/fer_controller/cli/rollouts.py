"""fer-controller rollouts list, show, watch, and what can be ordered of a rollout."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_controller.cli import options
from fer_controller.rollout import transitions as moves

if TYPE_CHECKING:
    from fer_controller.store.rollouts import RolloutStore

NEWEST = 20
TAKEN_UP_WITHIN_S = 3.0
LOOK_EVERY_S = 0.1
REFUSED = "refused: "

Rollout = Annotated[str, typer.Argument(metavar="ID", help="The rollout, or how its id begins.")]
AnyRollout = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The rollout, or how its id begins; by default the newest.")
]

app = typer.Typer(no_args_is_help=True, help="Shows rollouts, and takes orders on them.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=0, help="The newest so many.")] = NEWEST,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The rollouts, the newest first."""
    from fer_controller.rollout import view

    with _store(db, config) as store:
        found = [view.progress(store, row) for row in store.rollouts(limit)]
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
    rollout: AnyRollout = None, db: options.Db = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """A rollout with its waves, devices, gates and the log of its decisions."""
    from fer_controller.cli import watching
    from fer_controller.rollout import view

    with _store(db, config) as store:
        document = view.whole(store, view.find(store, rollout))
    if json_:
        options.print_line(document)
    else:
        watching.print_whole(document)


@app.command()
def watch(
    rollout: AnyRollout = None, db: options.Db = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """Stay with a rollout until it ends; fails unless it is completed."""
    from fer_controller.cli import watching
    from fer_controller.rollout import view

    with _store(db, config) as store:
        watching.watch(store, view.find(store, rollout).id, as_json=json_)


@app.command()
def pause(rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Tell no further device and pass no wave until it is resumed."""
    _order(rollout, moves.PAUSE, db, config, as_json=json_)


@app.command()
def resume(rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Go on; a wave that soaked, soaks once more."""
    _order(rollout, moves.RESUME, db, config, as_json=json_)


@app.command()
def promote(
    rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """Pass the wave by your word, whatever its gates say."""
    _order(rollout, moves.PROMOTE, db, config, as_json=json_)


@app.command()
def abort(rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Stop: updates under way are withdrawn, devices that committed stay as they are."""
    _order(rollout, moves.ABORT, db, config, as_json=json_)


@app.command()
def retry(rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Try failed, quarantined and unreachable devices again, and let them out of quarantine."""
    _order(rollout, moves.RETRY, db, config, as_json=json_)


@app.command()
def rollback(
    rollout: Rollout, db: options.Db = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """Bring every device that it reached back to what it ran before."""
    _order(rollout, moves.ROLL_BACK, db, config, as_json=json_)


@contextmanager
def _store(db: Path | None, config: Path | None) -> "Iterator[RolloutStore]":
    from fer_controller.store.rollouts import RolloutStore

    store = RolloutStore(options.settings_for(db, config).db)
    try:
        yield store
    finally:
        store.close()


def _order(rollout: str, action: str, db: Path | None, config: Path | None, *, as_json: bool) -> None:
    from fer_wire.message import iso_utc

    from fer_controller.errors import RolloutError
    from fer_controller.rollout import audit, view

    with _store(db, config) as store:
        row = view.find(store, rollout)
        if row.ended_at and not moves.ROLLOUT.knows(row.state, action):
            raise RolloutError(f"Rollout {row.id} is {row.state}; {action} cannot happen to it any more.")
        id_ = store.give(row.id, action, audit.operator(), iso_utc(datetime.now(UTC)))
        outcome = _outcome(store, id_)
    if outcome is not None and outcome.startswith(REFUSED):
        raise RolloutError(outcome.removeprefix(REFUSED))
    _say({"rollout": row.id, "order": action, "outcome": outcome}, as_json=as_json)


def _outcome(store: "RolloutStore", id_: int) -> str | None:
    until_s = time.monotonic() + TAKEN_UP_WITHIN_S
    while time.monotonic() < until_s:
        order = store.order(id_)
        if order.done_at:
            return order.outcome
        time.sleep(LOOK_EVERY_S)
    return None


def _say(document: dict[str, Any], *, as_json: bool) -> None:
    waits = "No controller took the order up yet; it is done when one runs."
    if as_json:
        options.print_line(document)
    else:
        print(f"{document['rollout']}: {document['outcome'] or waits}")
