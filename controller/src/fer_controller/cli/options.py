"""Options and output that several commands share."""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from fer_terminal.choosing import Choice, chosen_rows
from fer_terminal.columns import TIME, Cell, Column, Row
from fer_terminal.options import for_programs
from fer_wire.log_lines import LogLines
from fer_wire.message import iso_utc
from fer_wire.printable import one_line
from fer_wire.terminal import json_text

from fer_controller.errors import SettingsError
from fer_controller.rollout.audit import REASON_CHARACTERS
from fer_controller.settings import Settings, load

if TYPE_CHECKING:
    from fer_controller.desk.desk import Desk
    from fer_controller.operations.operation import Answer
    from fer_controller.store.credentials.records import Token

LONGEST_LIFE_S = 3650 * 86_400.0
CONTROLLER = "--controller"
RENAMED = {"--url": CONTROLLER}
"""Options that had another name once, which still works."""


def _short(reason: str) -> str:
    if len(reason) > REASON_CHARACTERS:
        raise typer.BadParameter(f"It has {len(reason)} characters; say it in {REASON_CHARACTERS}.")
    return reason


Db = Annotated[
    str | None,
    typer.Option("--db", metavar="FILE|URL", help="An SQLite file or postgresql://…; by default fleet.db."),
]
Url = Annotated[
    str | None,
    typer.Option(
        CONTROLLER,
        metavar="URL",
        help="Ask the controller at http[s]://HOST:PORT instead; the token is FER_CONTROLLER_API__TOKEN.",
    ),
]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Per = Annotated[str | None, typer.Option("--per", help="Rolled up, instead of one by one: minute, hour or day.")]
Expires = Annotated[
    str | None, typer.Option("--expires", help="After how long it lets nobody in: 12h, 30d; by default never.")
]
Reason = Annotated[
    str, typer.Option(callback=_short, help=f"Why, for the audit log; at most {REASON_CHARACTERS} characters.")
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Continue as more arrives, until Ctrl-C.")]


def desk(db: str | None, url: str | None, config: Path | None) -> "Desk":
    """Where this command looks and gives orders: at the database, or at a controller elsewhere."""
    if db is not None and url is not None:
        raise typer.BadParameter(f"--db and {CONTROLLER} exclude each other; give one of them.")
    if url is not None and not url.strip():
        raise typer.BadParameter(f"{CONTROLLER} is empty; give http[s]://HOST:PORT, or leave it out for the database.")
    settings = load(config, db=db, api={"url": url})
    if settings.api.url and db is None:
        from fer_controller.desk.remote import RemoteDesk

        return RemoteDesk(settings.api)
    from fer_controller.desk.local import LocalDesk
    from fer_controller.desk.stores import Place
    from fer_controller.rollout.audit import operator

    return LocalDesk(Place.of(settings), operator())


def here(command: str, db: str | None, config: Path | None) -> Settings:
    """The settings of a command for the controller's own machine; raises SettingsError where commands ask another."""
    settings = load(config, db=db)
    if settings.api.url and db is None:
        raise SettingsError(
            f"`{command}` works on the controller's own machine alone, and commands ask {settings.api.url} here "
            "(the setting api.url); run it there, or name that controller's database with --db."
        )
    return settings


def log_warnings() -> None:
    """Warnings and errors as sentences on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def expiry(typed: str | None) -> str:
    """When a token that lasts so long expires, ISO 8601; empty for one that never does."""
    from fer_controller.errors import RequestError
    from fer_controller.rollout.planning.typed import seconds

    if typed is None:
        return ""
    try:
        length_s = seconds(typed, "--expires", LONGEST_LIFE_S)
    except RequestError as error:
        raise typer.BadParameter(str(error)) from error
    if not length_s:
        raise typer.BadParameter("--expires 0 would let nobody in at all; leave it out for a token that never expires.")
    return iso_utc(datetime.now(UTC) + timedelta(seconds=length_s))


def life(token: "Token") -> dict[str, str | None]:
    """When a token was made, expires and was last used; None for never."""
    return {
        "made_at": token.made_at, "expires_at": token.expires_at or None, "last_used_at": token.last_used_at or None,
    }  # fmt: skip


LIFE = (Column("made", 4, TIME), Column("expires", 2, TIME), Column("last used", 3, TIME))


def life_cells(token: "Token") -> Sequence[Cell]:
    """The same in a table, where one that has expired says so."""
    return token.made_at, ending(token.expires_at, iso_utc(datetime.now(UTC))), token.last_used_at or "never"


def ending(expires_at: str | None, now: str) -> str:
    """When something expires, and whether it has."""
    return f"{expires_at}{', expired' if expires_at <= now else ''}" if expires_at else "never"


def print_line(document: dict[str, Any]) -> None:
    """One JSON object on a line of its own, at once."""
    print(json_text(document), flush=True)


def print_lines(documents: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line."""
    for document in documents:
        print(json_text(document))


def print_answer(answer: "Answer | Sequence[Answer]") -> None:
    """An answer as one JSON object, or several as one a line."""
    print_lines(each.document() for each in (answer if isinstance(answer, Sequence) else [answer]))


def print_chosen(
    columns: Sequence[Column],
    rows: Sequence[Row],
    documents: Sequence[dict[str, Any]],
    choice: Choice,
    empty: str,
    *,
    json_: bool,
) -> None:
    """What was chosen of a list: its rows as a table, or the documents that stand for them as JSON."""
    if json_:
        print_lines(documents[place] for place in chosen_rows(for_programs(choice), columns, rows))
        return
    from fer_terminal.listing import print_list

    print_list(columns, rows, empty, choice)


def print_row(columns: Sequence[Column], row: Row) -> None:
    """A row that has come since, on a line of its own, at once."""
    print(one_line("  ".join(column.text(cell, None) for column, cell in zip(columns, row, strict=True))), flush=True)
