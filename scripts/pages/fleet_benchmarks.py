"""The sections of docs/benchmarks.md on fleets: rollouts, failover, what the page asks for."""

from typing import Any

from pages.figures import HEAD, at_least, at_most, origin
from pages.schema import table

ROLLOUT = """\
One rollout to {agents:,} simulated devices in one wave, with an artifact of {size:g} MB: Mosquitto,
`fer-controller serve` and `fer-controller simulate` share this machine{server}. Every device sends {rate:g} events a
second and telemetry every {telemetry:g} s all the while, and downloads the whole file with a token of its own. At the
end what the devices counted is compared with the database: {events:,} events and {reports:,} reports. The rollout ended
{state} after {rollout:g} s; {served:,} MB were served within {within:g} s. While the model was served, processor time
was: {used}.
"""

ROLLOUTS = {
    "rollout": ("Rollout", ""),
    "rollout_postgresql": ("Rollout on PostgreSQL", " with a PostgreSQL of its own (fsync on)"),
    "thousands": ("Ten thousand devices", ""),
    "thousands_postgresql": ("Ten thousand devices on PostgreSQL", " with a PostgreSQL of its own (fsync on)"),
}

SLOWEST_VIEW_MS = 300

SLOWEST_LAG_MS = 30

FAILOVER = """\
Three PostgreSQL nodes under Patroni (ttl {ttl} s, loop_wait {loop_wait} s, retry_timeout {retry_timeout} s, strictly
synchronous, as the Ansible role sets them) on this machine, and {devices} simulated devices with five events a second
each. The primary is killed with its Patroni, {kills} times; the time is until another event can be read on the next
primary. At the end what the devices counted is compared with the database: {counted}.
"""

PAGE = """\
{devices:,} devices and {events:,} events, written through the store; requests to `fer-controller serve`'s process over
HTTP on this machine, one after the other: the median of {rounds}, in brackets the least and the most. The first
request finds the caches cold. Bytes are those on the wire, packed with gzip. The database has {sizes} MB. Who follows
live was sent {live} bytes in {seconds:g} s in which nothing changed, and knew how things stood after {first} ms.
"""


def rollout(results: dict[str, Any], name: str) -> str:
    """One rollout to many devices."""
    (heading, server), found = ROLLOUTS[name], results[name]
    quiet, serving = found["ingest"]["quiet"], found["ingest"]["serving"]
    memory, devices = found["peak_memory_mb"], found["devices"]["by_themselves"]
    rows = [
        at_most("plan, the whole command `deploy --dry-run`, s", found["plan_s"], 2),
        at_most("desired states out, confirmed by the broker, s", found["desired_states_out_s"], 10),
        at_most("lost reports", found["lost_reports"], 0),
        at_most("lost events", found["lost_events"], 0),
        at_most("events counted twice", found["duplicate_events"], 0),
        at_most(
            "peak memory of the controller, MB", memory["together"], 500, f"{memory['serve']:g} and {memory['http']:g}"
        ),
        at_least(
            "events stored a second while the model is served, ÷ before",
            found["ingest_ratio"],
            0.9,
            f"{serving['events_per_s']:g} ÷ {quiet['events_per_s']:g}",
        ),
        at_most("p99 from the face to the database, ms, before", quiet["lag_p99_ms"], SLOWEST_LAG_MS),
        ("the same, while the model is served", f"{serving['lag_p99_ms']:g}", "stated", "–"),
        at_least("devices that committed", devices.get("committed", 0), found["agents"]),
    ]
    note = ROLLOUT.format(
        agents=found["agents"],
        server=server,
        rate=found.get("events_per_s_each", 1.0),
        telemetry=found.get("telemetry_s", 10.0),
        size=found["artifact_mb"],
        events=found["events"],
        reports=found["reports"],
        state=found["state"],
        rollout=found["rollout_s"],
        served=found["served_mb"],
        within=found["served_s"],
        used=", ".join(f"{name} {used:g} s" for name, used in serving["processor_s"].items()),
    )
    return "\n".join([f"## {heading}\n", origin(found), note, table(HEAD, *rows), *_views(found)])


def _views(found: dict[str, Any]) -> list[str]:
    """How long each view took with the devices still sending, where it was measured."""
    if "views" not in found:
        return []
    rows = [
        (*at_most(f"`{path}`", each["median_ms"], SLOWEST_VIEW_MS, f"{each['min_ms']}–{each['max_ms']}"),
         f"{each['bytes']:,}")
        for path, each in found["views"].items()
    ]  # fmt: skip
    return ["", table(("view over HTTP, median of 11, ms", *HEAD[1:], "bytes"), *rows)]


def failover(results: dict[str, Any]) -> str:
    """PostgreSQL's primary is killed again and again."""
    found = results["failover"]
    seconds = found["stored_again_s"]
    note = FAILOVER.format(**found["patroni"], devices=found["devices"], kills=found["kills"], counted=found["counted"])
    spread = f"median {found['median_s']}, shortest {min(seconds)}"
    row = at_most("primary killed → stored again, the longest, s", max(seconds), 30, spread)
    return "\n".join(["## Failover\n", origin(found), note, table(HEAD, row)])


def views_of_the_page(results: dict[str, Any]) -> str:
    """Each request of the page."""
    found = results["page"]
    engines = [name for name in ("sqlite", "postgresql") if name in found]
    live = [found[name]["live"] for name in engines]
    note = PAGE.format(
        devices=found["devices"], events=found["events"], rounds=found["rounds"], seconds=live[0]["seconds"],
        sizes=_each(engines, [found[name]["size_mb"] for name in engines]),
        live=_each(engines, [each["bytes"] for each in live]),
        first=_each(engines, [round(each["first_ms"]) for each in live]),
    )  # fmt: skip
    rows = [
        (what, name, f"{told['bytes']:,}", f"{told['ms']} ({told['min_ms']}–{told['max_ms']})", str(told["first_ms"]))
        for what in found[engines[0]]["requests"]
        for name in engines
        for told in [found[name]["requests"][what]]
    ]
    head = ("request", "engine", "bytes", "ms", "first, ms")
    return "\n".join(["## The page\n", origin(found), note, table(head, *rows)])


def _each(engines: list[str], values: list[int]) -> str:
    return " and ".join(f"{value:,} ({name})" for name, value in zip(engines, values, strict=True))
