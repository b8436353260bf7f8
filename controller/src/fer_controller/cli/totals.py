"""fer-controller totals."""

from fer_controller.cli import options

ROWS = {
    "events": "stored, each once",
    "dropped_events": "dropped by devices whose spool was full",
    "redelivered_events": "came again, and were not counted again",
    "dead_letters": "could not be read",
}


def totals(
    db: options.Db = None, url: options.Url = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """What the events of the whole fleet came to, those forgotten since included."""
    with options.desk(db, url, config) as desk:
        document = desk.totals()
    if json_:
        options.print_line(document)
        return
    table = options.table("events", "")
    for name, meaning in ROWS.items():
        table.add_row(f"{document[name]:,}", meaning)
    options.print_table(table, empty="")
