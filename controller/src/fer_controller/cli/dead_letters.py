"""fer-controller dead-letters."""

from typing import Annotated

import typer

from fer_controller.cli import options

NEWEST = 50


def dead_letters(
    db: options.Db = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many.")] = NEWEST,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Messages that could not be read, and why."""
    with options.reading(options.settings_for(db, config)) as store:
        letters = store.dead_letters(limit)
    if json_:
        options.print_lines(
            {
                "time": letter.time,
                "topic": letter.topic,
                "reason": letter.reason,
                "size_bytes": letter.size_bytes,
                "payload": letter.payload.decode("utf-8", "backslashreplace"),
            }
            for letter in letters
        )
        return
    from rich.text import Text

    table = options.table("time", "topic", "bytes", "reason")
    for letter in letters:
        table.add_row(letter.time, Text(repr(letter.topic)), str(letter.size_bytes), Text(letter.reason))
    options.print_table(table, empty="Every message could be read.")
