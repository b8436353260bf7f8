"""fer-controller devices."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from fer_controller.cli import options
from fer_controller.store.records import Device

COLORS = {"online": "green", "stale": "yellow", "offline": "red"}


def devices(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """The devices of the fleet: online, stale (online, yet silent) or offline."""
    settings = options.settings_for(db, config)
    with options.reading(settings) as store:
        dropped: Counter[str] = Counter()
        for gap in store.gaps():
            dropped[gap.device] += gap.last_seq - gap.first_seq + 1
        stale_after_s = settings.fleet.stale_after_s
        known = [_document(device, stale_after_s, dropped[device.device]) for device in store.devices()]
    if json_:
        for document in known:
            options.print_line(document)
    else:
        _print_table(known)


def _document(device: Device, stale_after_s: float, dropped_events: int) -> dict[str, Any]:
    from fer_controller.devices import presence

    reported = json.loads(device.reported) if device.reported else {}
    return {
        "device": device.device,
        "state": presence(device, datetime.now(UTC), stale_after_s),
        "since": device.since or None,
        "last_seen": device.last_seen or None,
        "run": device.run or None,
        "agent_version": device.agent_version or None,
        "reason": device.reason or None,
        "model": (reported.get("running") or {}).get("model") or None,
        "provider": (reported.get("running") or {}).get("provider") or None,
        "dropped_events": dropped_events,
        "reported": reported or None,
    }


def _print_table(known: list[dict[str, Any]]) -> None:
    from rich.text import Text

    table = options.table("device", "state", "since", "last seen", "agent", "model", "provider", "dropped", "reason")
    for each in known:
        state = Text(each["state"], COLORS.get(each["state"], "dim"))
        names = ("since", "last_seen", "agent_version", "model", "provider", "dropped_events", "reason")
        table.add_row(Text(each["device"]), state, *(Text(str(each[name] or "–")) for name in names))
    options.print_table(table, empty="No device has been heard of yet.")
