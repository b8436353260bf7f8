"""fer-controller devices."""

from typing import Any

from fer_controller.cli import options

COLORS = {"online": "green", "stale": "yellow", "offline": "red"}


def devices(
    db: options.Db = None, url: options.Url = None, config: options.Config = None, json_: options.Json = False
) -> None:
    """The devices of the fleet: online, stale (online, yet silent) or offline."""
    with options.desk(db, url, config) as desk:
        known = desk.devices()
    if json_:
        options.print_lines(known)
    else:
        _print_table(known)


def _print_table(known: list[dict[str, Any]]) -> None:
    from rich.text import Text

    table = options.table("device", "state", "since", "last seen", "agent", "model", "provider", "dropped", "reason")
    for each in known:
        state = Text(each["state"], COLORS.get(each["state"], "dim"))
        names = ("since", "last_seen", "agent_version", "model", "provider", "dropped_events", "reason")
        table.add_row(Text(each["device"]), state, *(Text(str(each[name] or "–")) for name in names))
    options.print_table(table, empty="No device has been heard of yet.")
