"""fer-controller operators: add, list, change, void, remove."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer
from fer_terminal.columns import WORDS, Column, Row
from fer_wire.message import iso_utc

from fer_controller.cli import looks, options
from fer_controller.operations.operation import Answer
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    ALL_OPERATORS,
    CHANGE_OPERATOR,
    REMOVE_OPERATOR,
    VOID_TOKEN,
    AddOperatorRequest,
    ChangeOperatorRequest,
    OperatorAnswer,
    RemoveOperatorRequest,
    Role,
    VoidTokenRequest,
)

app = typer.Typer(no_args_is_help=True, help="Who may look and give orders over HTTP: holders of tokens.")

Name = Annotated[str, typer.Argument(help="The operator's name, as the audit log will show it.")]


@app.command()
def add(
    name: Name,
    role: Annotated[
        Role | None,
        typer.Option(
            help="viewer: may look; operator: may also give orders; admin: may also say who may do what. By default "
            "viewer, or what they were."
        ),
    ] = None,
    selector: Annotated[
        str | None,
        typer.Option(
            help="Only these devices, 'site=lab,room!=cellar': labels, or device. By default all, or what they had."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make another token for an operator who is there; the former is void.")
    ] = False,
    expires: options.Expires = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make an operator's token; it is shown once. One who is there is left alone, unless you --replace it."""
    from fer_controller.errors import RequestError

    until = options.expiry(expires)
    asked = AddOperatorRequest(
        operator=name, role=role, selector=selector, replace=replace,
        expires_at=datetime.fromisoformat(until) if until else None,
    )  # fmt: skip
    with options.desk(db, url, config) as desk:
        try:
            made = desk.ask(ADD_OPERATOR, asked)
        except RequestError as error:
            raise typer.BadParameter(str(error)) from error
    if json_:
        options.print_answer(made)
        return
    print(made.token, flush=True)
    of = f" of the devices {made.selector}" if made.selector else ""
    sys.stderr.write(
        f"It lets {name} in as {made.role}{of}, at the controller's page or with --controller "
        "(FER_CONTROLLER_API__TOKEN); it is not shown again.\n"
    )


def _rows(operators: list[OperatorAnswer]) -> Iterable[Row]:
    now = iso_utc(datetime.now(UTC))
    for each in operators:
        expires = options.ending(each.expires_at, now)
        yield each.operator, each.role, each.selector or "all", each.made_at, expires, each.last_used_at or "never"


LIST = looks.Look(
    ALL_OPERATORS,
    "The operators; their tokens cannot be read any more.",
    (Column("operator"), Column("role"), Column("devices", 2, WORDS), *options.LIFE),
    _rows,
    "There is no operator yet; `fer-controller operators add NAME` makes one.",
)
app.command("list")(looks.command(LIST))


@app.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="viewer, operator or admin. By default what they are.")] = None,
    selector: Annotated[
        str | None, typer.Option(help="Only these devices; '' for all. By default those that they have.")
    ] = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Give an operator another role or other devices; their token stays, and gives that at once."""
    if role is None and selector is None:
        raise typer.BadParameter("Name what is to change: --role, --selector, or both.")
    asked = ChangeOperatorRequest(operator=name, role=role, selector=selector)
    with options.desk(db, url, config) as desk:
        given = desk.ask(CHANGE_OPERATOR, asked)
    _told(given, f"{name} is {given.role} now, of {given.selector or 'all devices'}.", json_=json_)


@app.command()
def void(
    name: Name,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Void an operator's token at once; they stay as they are, and `add NAME --replace` makes another."""
    with options.desk(db, url, config) as desk:
        voided = desk.ask(VOID_TOKEN, VoidTokenRequest(operator=name))
    _told(voided, f"The token of {name} is void.", json_=json_)


@app.command()
def remove(
    name: Name,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Remove an operator; their token is void at once."""
    with options.desk(db, url, config) as desk:
        done = desk.ask(REMOVE_OPERATOR, RemoveOperatorRequest(operator=name))
    _told(done, f"{name} is removed; their token is void.", json_=json_)


def _told(answer: Answer, sentence: str, *, json_: bool) -> None:
    if json_:
        options.print_answer(answer)
    else:
        print(sentence)
