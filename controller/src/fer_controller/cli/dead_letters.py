"""fer-controller dead-letters."""

from typing import Annotated

import typer

from fer_controller.cli import options

NEWEST = 50


def dead_letters(
    db: options.Db = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many.")] = NEWEST,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Messages that could not be read, and why."""
    with options.desk(db, url, config) as desk:
        letters = desk.dead_letters(limit)
    if json_:
        options.print_lines(letters)
        return
    table = options.table("time", "topic", "bytes", "reason")
    for letter in letters:
        cells = (letter["time"], repr(letter["topic"]), str(letter["size_bytes"]), letter["reason"])
        table.add_row(*map(options.plain, cells))
    options.print_table(table, empty="Every message could be read.")
