"""fer-controller migrate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import FIGURE, Column

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_controller.migration.progress import Compared, Outcome, Tell
    from fer_controller.settings import Settings

From = Annotated[str, typer.Option("--from", metavar="FILE|URL", help="The database to copy from.")]
To = Annotated[
    str, typer.Option("--to", metavar="FILE|URL", help="The database to copy to: empty, or partly filled by `migrate`.")
]
Reread = Annotated[
    bool, typer.Option("--reread", help="Compare every row of both again, even those that were compared when copied.")
]


COMPARED = (
    Column("table"), Column("rows there", 2, FIGURE), Column("rows here", 2, FIGURE), Column("checksum", 3),
    Column("copy"),
)  # fmt: skip


def migrate(
    source: From, target: To, reread: Reread = False, config: options.Config = None, json_: options.Json = False
) -> None:
    """Copy a fleet to another database, an SQLite file or postgresql://…, even while its controller runs.

    Run it again after any interruption. Once the controller has stopped, a run completes the copy, which can then be
    served.
    """
    from fer_controller.migration.moving import migrate as moved
    from fer_controller.settings import load

    there, here = load(config, db=source), load(config, db=target)
    with _bar(quiet=json_) as tell:
        outcome = moved(there.db, here.db, tell, reread=reread)
    if outcome.finished:
        _note(there, here)
    if json_:
        _print_lines(outcome)
    else:
        _print(outcome, there, here)


def _note(there: "Settings", here: "Settings") -> None:
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore

    actor = audit.operator()
    with opening.writer(here.db) as database:
        told = audit.act(audit.MIGRATED, f"{actor} moves the fleet from {there.db}.", actor)
        AuditStore(database, audit.HERE).append([told])


@contextmanager
def _bar(*, quiet: bool) -> "Iterator[Tell]":
    """A bar for each table on a terminal."""
    from fer_terminal.progress import Bar, bars

    from fer_controller.migration.progress import Copied

    with bars(quiet=quiet) as several:
        begun: dict[str, Bar] = {}

        def tell(copied: Copied) -> None:
            if copied.table not in begun:
                begun[copied.table] = several.begin(copied.table)
            begun[copied.table].reach(copied.rows, max(1, copied.of_rows))

        yield tell


def _print_lines(outcome: "Outcome") -> None:
    options.print_lines({**asdict(each), "same": each.same} for each in outcome.compared)
    options.print_line({"finished": outcome.finished, "copied": outcome.copied})


def _print(outcome: "Outcome", there: "Settings", here: "Settings") -> None:
    from fer_terminal.listing import print_list

    rows = [
        (each.table, each.rows_from, each.rows_to, each.checksum_to[:12], _verdict(each)) for each in outcome.compared
    ]
    print_list(COMPARED, rows, empty="")
    if outcome.finished:
        print(
            f"The fleet is in {here.db}. Start `fer-controller serve --db {here.db}`; {there.db} is not served again."
        )
    else:
        print(
            f"A controller serves {there.db}, and stores on. Stop it, and run the same command once more: it copies "
            f"the rest, and then {here.db} can be served."
        )
    for before, after in _folders(there, here):
        print(f"Models and keys lie in files: cp -a {before} {after}")


def _verdict(compared: "Compared") -> str:
    return "same" if compared.same else "behind"


def _folders(there: "Settings", here: "Settings") -> Iterator[tuple[Path, Path]]:
    """What has to be copied beside the database."""
    for before, after in (
        (there.registry_folder, here.registry_folder), (there.authority_folder, here.authority_folder),
    ):  # fmt: skip
        if before != after and before.is_dir() and not after.exists():
            yield before, after
