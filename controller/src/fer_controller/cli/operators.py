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
    from fer_controller.store.audit.store import AuditStore
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
    expires: options.Expires = None,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make an operator's token; it is shown once. One who is there is left alone, unless you --replace it."""
    from fer_controller.desk import access
    from fer_controller.rollout import audit

    actor, expires_at = audit.operator(), options.expiry(expires)
    with _opened("operators add", db, config) as (store, log):
        made = access.make(store, name, role, datetime.now(UTC), replace=replace, expires_at=expires_at)
        until = f", until {expires_at}" if expires_at else ""
        log.append([audit.act(audit.OPERATOR_ADDED, f"{actor} makes a token for {name}, {made.role}{until}.", actor)])
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
    with _opened("operators list", db, config) as (store, _):
        found = store.operators()
    if json_:
        options.print_lines({"operator": each.holder, "role": each.role, **options.life(each)} for each in found)
        return
    table = options.table("operator", "role", "made", "expires", "last used")
    for each in found:
        table.add_row(*map(options.plain, (each.holder, each.role, *options.life_cells(each))))
    options.print_table(table, empty="There is no operator yet; `fer-controller operators add NAME` makes one.")


@app.command()
def remove(name: Name, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Remove an operator; their token is void at once."""
    from fer_controller.desk import access
    from fer_controller.rollout import audit

    actor = audit.operator()
    with _opened("operators remove", db, config) as (store, log):
        access.remove(store, name)
        log.append([audit.act(audit.OPERATOR_REMOVED, f"{actor} removes {name}.", actor)])
    if json_:
        options.print_line({"operator": name, "removed": True})
    else:
        print(f"{name} is removed; their token is void.")


@contextmanager
def _opened(command: str, db: Path | None, config: Path | None) -> "Iterator[tuple[TokenStore, AuditStore]]":
    """Both in one transaction, so that nothing is done that the audit log does not say."""
    from fer_controller.rollout.audit import HERE
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore
    from fer_controller.store.credentials.store import TokenStore

    with opening.writer(options.here(command, db, config).db) as database, database.transaction():
        yield TokenStore(database), AuditStore(database, HERE)
