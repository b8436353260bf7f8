"""fer-controller operators: add, list, remove."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_controller.store.credentials.store import TokenStore

app = typer.Typer(no_args_is_help=True, help="Who may look and give orders over HTTP: holders of tokens.")

Name = Annotated[str, typer.Argument(help="The operator's name, as the audit log will show it.")]


@app.command()
def add(
    name: Name,
    role: Annotated[
        str | None,
        typer.Option(help="viewer: may look; operator: may also give orders. By default viewer, or what they were."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make another token for an operator who is there; the former is void.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make an operator's token; it is shown once. One who is there is left alone, unless you --replace it."""
    from fer_controller.desk import access

    with _store("operators add", db, config) as store:
        made = access.make(store, name, role, datetime.now(UTC), replace=replace)
    if json_:
        options.print_line({"operator": name, "role": made.role, "token": made.token})
        return
    print(made.token, flush=True)
    sys.stderr.write(
        f"It lets {name} in as {made.role}, at the controller's page or with --url (FER_CONTROLLER_API__TOKEN); "
        "it is not shown again.\n"
    )


@app.command("list")
def list_(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """The operators; their tokens cannot be read any more."""
    with _store("operators list", db, config) as store:
        found = store.operators()
    if json_:
        options.print_lines({"operator": each.holder, "role": each.role, "made_at": each.made_at} for each in found)
        return
    table = options.table("operator", "role", "made")
    for each in found:
        table.add_row(*map(options.plain, (each.holder, each.role, each.made_at)))
    options.print_table(table, empty="There is no operator yet; `fer-controller operators add NAME` makes one.")


@app.command()
def remove(name: Name, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Remove an operator; their token is void at once."""
    from fer_controller.desk import access

    with _store("operators remove", db, config) as store:
        access.remove(store, name)
    if json_:
        options.print_line({"operator": name, "removed": True})
    else:
        print(f"{name} is removed; their token is void.")


@contextmanager
def _store(command: str, db: Path | None, config: Path | None) -> "Iterator[TokenStore]":
    from fer_controller.store import opening
    from fer_controller.store.credentials.store import TokenStore

    with opening.writer(options.here(command, db, config).db) as database:
        yield TokenStore(database)
