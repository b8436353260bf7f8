"""fer-controller audit: list, export, verify."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import FIGURE, TIME, WORDS, Column, Row
from fer_wire.message import MAX_INT

from fer_controller.cli import looks, options
from fer_controller.operations.audit import ENTRIES, NEWEST_ENTRIES, EntriesQuery, EntryAnswer

if TYPE_CHECKING:
    from fer_controller.settings import DbPlace

FAILED = 1

app = typer.Typer(no_args_is_help=True, help="Who did what, when and from where; who was turned away.")


def _rows(entries: list[EntryAnswer]) -> Iterable[Row]:
    for each in entries:
        yield each.id, each.time, each.actor, each.origin, each.action, each.rollout, each.sentence


LIST = looks.Look(
    NEWEST_ENTRIES,
    "The newest entries of the audit log: acts of operators, decisions of rollouts, requests that were turned away.",
    (
        Column("id", 5, FIGURE),
        Column("time", kind=TIME),
        Column("who", 2),
        Column("from", 6),
        Column("what", 3),
        Column("rollout", 4),
        Column("sentence", kind=WORDS),
    ),
    _rows,
    "Nothing was done yet.",
)
app.command("list")(looks.command(LIST))


@app.command()
def export(
    after_id: Annotated[int, typer.Option(min=0, max=MAX_INT, help="Only entries after this id.")] = 0,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: Annotated[bool, typer.Option("--json", help="As it is written anyway: one JSON object a line.")] = False,
) -> None:
    """Write the whole audit log, the oldest first, one JSON object a line with its hash; keep it somewhere else."""
    query = EntriesQuery(after_id=after_id)
    with options.desk(db, url, config) as desk:
        while page := desk.ask(ENTRIES, query):
            options.print_answer(page)
            query = query.model_copy(update={"after_id": page[-1].id})


@app.command()
def verify(
    known: Annotated[
        str, typer.Option(metavar="HASH", help="A hash noted earlier, here or in an export; it must be there still.")
    ] = "",
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Compute the chain of hashes anew; fails when an entry was changed, added between, or taken out.

    Note the hash that it prints somewhere else: who can write the database can also write all of its hashes anew, and
    only --known shows that, or that the end was cut off.
    """
    from fer_terminal.progress import bar

    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore

    with opening.reader(_db(db, config)) as database, bar("computing hashes", quiet=json_):
        proof = AuditStore(database).examine(known.strip())
    if json_:
        options.print_line({"entries": proof.entries, "hash": proof.head, "fault": proof.fault or None})
    else:
        print(f"{proof.entries:,} entries are as they were written; the hash of the last is {proof.head or '–'}.")
        if proof.fault:
            print(proof.fault)
    if proof.fault:
        raise typer.Exit(FAILED)


def _db(db: str | None, config: Path | None) -> "DbPlace":
    return options.here("audit verify", db, config).db
