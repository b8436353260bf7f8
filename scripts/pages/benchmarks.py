"""docs/benchmarks.md: what `make bench` measured, beside what was asked for."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pages.schema import table

HEAD = ("what", "measured", "target", "met")

INTRODUCTION = """\
# Benchmarks

Made from `docs/benchmarks.json`, which `make bench` writes. Nothing here is a test: figures depend on the machine, and
each section names the one it was measured on.
"""

PIPELINE = """\
Each run is a whole `fer-agent start` on {clip} (640×360){model}, with a Mosquitto beside it. The rate counts frames
from the first to the last event, all parts running. For the latency every frame makes an event, and the time is that
from the capture of the frame to its arrival at `mosquitto_sub`.
"""

INGEST = """\
Mosquitto at QoS 1 into SQLite (WAL, synchronous=FULL), a commit a batch, acknowledged after it. The backlog waits
in the controller's session at the broker, as after an outage; mosquitto_sub took it at {sub:,} a second and stored
nothing. Resident memory at 10, 50 and 100 % of the live run: {memory} MB. The database had {size:g} MB at the end.
"""

COMPARED = """\
Before (commit {before}) and now in {number} rounds in turns, `{command}`, on {machine}.
[What an event costs the ingest](decisions/0032-what-an-event-costs.md) says what changed.
"""
PARTS = """
Measured in one process without a broker, the least of five times; the first row is what is left of the whole.
"""
WHEN = ("before", "now")

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

INGESTS = """\
A backlog of {events:,} events waits at one broker for one ingest (`serve --role ingest`), or half of it at each of two
brokers for two; both write to one PostgreSQL (fsync on). Everything shares this machine's cores, {rounds} rounds in
turns. Where the cores are used up by one ingest, its server and its broker, a second ingest has none left.
"""

EYES = """\
The same agent with dlib's eyes and with the zoo's, {pairs} runs of each in turns; the ratio is the median of the pairs.
Cameras read the same clip; the thirty faces are a made video of 640×480.
"""

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

PAPER = "Light-FER (Sensors 2022, 22, 9524) reports 27 frames/s and 18.4 % of a four-core laptop."


def page(root: Path) -> str:
    """The whole page; only its introduction while nothing was measured."""
    file = root / "docs" / "benchmarks.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    rollouts = {name: partial(_rollout, name=name) for name in ROLLOUTS}
    makers: dict[str, Callable[[dict[str, Any]], str]] = {
        "pipeline": _pipeline, "peer": _peer, "ingest": _ingest, "ingests": _ingests, **rollouts, "failover": _failover,
        "page": _page,
    }  # fmt: skip
    parts = [make(results) for name, make in makers.items() if name in results]
    return "\n".join([INTRODUCTION, *parts])


def _pipeline(results: dict[str, Any]) -> str:
    found = results["pipeline"]
    fps, live, slow = found["fastest"]["fps"], found["at_30_fps"], found["at_27_fps"]
    latency = live["frame_to_subscriber_ms"]
    rows = [
        _at_least("frames/s, frame to event", fps["median"], 120, f"{fps['min']}–{fps['max']}"),
        _at_most("p95 frame to subscriber at 30 frames/s, ms", latency["p95"], 40, f"median {latency['p50']}"),
        _at_most("peak resident memory, MB", found["fastest"]["peak_memory_mb"], 350),
        _at_most("CPU share at 27 frames/s, % of one core", slow["cpu_percent_of_one_core"], 30),
    ]
    model = f" with {slow['model']}" if "model" in slow else ""
    note = PIPELINE.format(clip=found["clip"], model=model)
    return "\n".join(["## Pipeline\n", _origin(found), note, table(HEAD, *rows), PAPER, "", *_eyes(found)])


def _eyes(found: dict[str, Any]) -> list[str]:
    """Dlib and the zoo's networks side by side, where they were measured."""
    if "eyes" not in found:
        return []
    head = ("", "dlib, frames/s", "zoo, frames/s", "ratio", "dlib, MB", "zoo, MB", "faces a frame")
    rows = [_eyes_row(name, each) for name, each in found["eyes"].items()]
    return ["### Eyes\n", EYES.format(pairs=next(iter(found["eyes"].values()))["pairs"]), table(head, *rows)]


def _eyes_row(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    dlib, zoo = found["dlib"], found["zoo"]
    rates = [f"{each['fps']['median']} ({each['fps']['min']}–{each['fps']['max']})" for each in (dlib, zoo)]
    memory = [f"{each['peak_memory_mb']:g}" for each in (dlib, zoo)]
    faces = f"{dlib['faces_per_frame']:g} and {zoo['faces_per_frame']:g}"
    return (name.replace("_", " "), *rates, f"{found['ratio']:g}", *memory, faces)


def _peer(results: dict[str, Any]) -> str:
    found, ours = results["peer"], _on_the_same_machine(results)
    frames_s, memory_mb = found["fps"]["median"], found["peak_memory_mb"]
    rows = [
        ("frames/s", f"{frames_s:.1f}", _ratio(ours["fps"]["median"] if ours else None, frames_s)),
        ("peak memory, MB", f"{memory_mb:g}", _ratio(ours["peak_memory_mb"] if ours else None, memory_mb)),
    ]
    heading = f"## The package {found['package']} on the same clip\n"
    return "\n".join([heading, _origin(found), table(("what", "measured", "ours is"), *rows)])


def _on_the_same_machine(results: dict[str, Any]) -> dict[str, Any] | None:
    """The pipeline's figures, where it ran on the processor that the peer ran on."""
    pipeline = results.get("pipeline")
    if not pipeline or any(pipeline["machine"][key] != results["peer"]["machine"][key] for key in ("cpu", "cores")):
        return None
    fastest: dict[str, Any] = pipeline["fastest"]
    return fastest


def _ratio(ours: float | None, theirs: float) -> str:
    return f"{ours / theirs:.2f} times that" if ours else "not measured on this machine"


def _origin(found: dict[str, Any]) -> str:
    machine = found["machine"]
    sets = ", ".join(machine["instruction_sets"])
    return (
        f"Measured with `{found['command']}` on {machine['cpu']}, {machine['cores']} cores ({sets}), "
        f"{machine['memory_gib']} GiB, Python {machine['python']}; load before it began {machine['load_before']}.\n"
    )


def _at_least(what: str, value: float, target: float, spread: str = "") -> tuple[str, ...]:
    return what, _measured(value, spread), f"≥ {target:g}", "yes" if value >= target else "**no**"


def _at_most(what: str, value: float, target: float, spread: str = "") -> tuple[str, ...]:
    return what, _measured(value, spread), f"≤ {target:g}", "yes" if value <= target else "**no**"


def _measured(value: float, spread: str) -> str:
    return f"{value:g} ({spread})" if spread else f"{value:g}"


def _ingest(results: dict[str, Any]) -> str:
    found = results["ingest"]
    backlog, live = found["backlog"], found["live"]
    memory = list(live["resident_mb"].values())
    rows = [
        _at_least("events/s stored from a backlog of " + f"{backlog['events']:,}", backlog["events_per_s"], 8000),
        _at_least(
            "events/s stored while they are published", live["events_per_s"], 8000, "generator on the same cores"
        ),
        ("share of what mosquitto_sub takes of the backlog", f"{backlog['share_of_mosquitto_sub']:.0%}", "stated", "–"),
        (
            "processor time an event with the program's start, µs",
            f"{backlog['processor_us_per_event_with_start']:g}",
            "stated",
            "–",
        ),
        _at_most(f"growth of memory over {live['events']:,} events, MB", round(memory[-1] - memory[0], 1), 5),
    ]
    note = INGEST.format(
        sub=backlog["mosquitto_sub_per_s"], memory=", ".join(f"{mb:g}" for mb in memory), size=found["database_mb"]
    )
    return "\n".join(["## Ingest\n", _origin(found), note, table(HEAD, *rows), _compared(results["ingest_compared"])])


def _compared(found: dict[str, Any]) -> str:
    """Before and after in turns, and where the time goes."""
    figures = {
        "processor time an event, from the first commit to the last, µs": "processor_us_per_event",
        "the same with the program's start": "processor_us_per_event_with_start",
        "events/s stored from the backlog": "events_per_s",
    }
    rounds = [(what, *(_spread(found["rounds"], when, key) for when in WHEN)) for what, key in figures.items()]
    parts = [(each["part"], f"{each['before_us']:g}", f"{each['now_us']:g}") for each in found["parts"]]
    note = COMPARED.format(**found, number=len(found["rounds"]))
    heads = [("what, median (least to most)", "before", "now"), ("part of an event's time, µs", "before", "now")]
    return "\n".join(["", note, table(heads[0], *rounds), PARTS, table(heads[1], *parts)])


def _spread(rounds: list[dict[str, dict[str, float]]], when: str, key: str) -> str:
    values = [each[when][key] for each in rounds]
    return f"{median(values):.5g} ({min(values):g} to {max(values):g})"


def _ingests(results: dict[str, Any]) -> str:
    found = results["ingests"]
    rounds = found["rounds"]
    what = {
        "events/s stored": "events_per_s",
        "processor time an event: ingests, their start included, µs": "ingests_us",
        "the same: PostgreSQL": "server_us",
        "the same: brokers": "brokers_us",
    }
    rows = [(name, *(_spread(rounds, which, key) for which in ("one", "two"))) for name, key in what.items()]
    head = ("what, median (least to most)", "one ingest", "two ingests")
    rate = median(each["one"]["events_per_s"] for each in rounds)
    targets = [
        _at_least("events/s, one ingest and the server", rate, 15_000),
        _at_least("two ingests ÷ one, median of the pairs", found["ratio"], 1.6),
    ]
    note = INGESTS.format(events=found["events"], rounds=len(rounds))
    return "\n".join(["## Ingests on PostgreSQL\n", _origin(found), note, table(head, *rows), table(HEAD, *targets)])


def _rollout(results: dict[str, Any], name: str) -> str:
    (heading, server), found = ROLLOUTS[name], results[name]
    quiet, serving = found["ingest"]["quiet"], found["ingest"]["serving"]
    memory, devices = found["peak_memory_mb"], found["devices"]["by_themselves"]
    rows = [
        _at_most("plan, the whole command `deploy --dry-run`, s", found["plan_s"], 2),
        _at_most("desired states out, confirmed by the broker, s", found["desired_states_out_s"], 10),
        _at_most("lost reports", found["lost_reports"], 0),
        _at_most("lost events", found["lost_events"], 0),
        _at_most("events counted twice", found["duplicate_events"], 0),
        _at_most(
            "peak memory of the controller, MB", memory["together"], 500, f"{memory['serve']:g} and {memory['http']:g}"
        ),
        _at_least(
            "events stored a second while the model is served, ÷ before",
            found["ingest_ratio"],
            0.9,
            f"{serving['events_per_s']:g} ÷ {quiet['events_per_s']:g}",
        ),
        _at_most("p99 from the face to the database, ms, before", quiet["lag_p99_ms"], SLOWEST_LAG_MS),
        ("the same, while the model is served", f"{serving['lag_p99_ms']:g}", "stated", "–"),
        _at_least("devices that committed", devices.get("committed", 0), found["agents"]),
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
    return "\n".join([f"## {heading}\n", _origin(found), note, table(HEAD, *rows), *_views(found)])


def _views(found: dict[str, Any]) -> list[str]:
    """How long each view took with the devices still sending, where it was measured."""
    if "views" not in found:
        return []
    rows = [
        (*_at_most(f"`{path}`", each["median_ms"], SLOWEST_VIEW_MS, f"{each['min_ms']}–{each['max_ms']}"),
         f"{each['bytes']:,}")
        for path, each in found["views"].items()
    ]  # fmt: skip
    return ["", table(("view over HTTP, median of 11, ms", *HEAD[1:], "bytes"), *rows)]


def _failover(results: dict[str, Any]) -> str:
    found = results["failover"]
    seconds = found["stored_again_s"]
    note = FAILOVER.format(**found["patroni"], devices=found["devices"], kills=found["kills"], counted=found["counted"])
    spread = f"median {found['median_s']}, shortest {min(seconds)}"
    row = _at_most("primary killed → stored again, the longest, s", max(seconds), 30, spread)
    return "\n".join(["## Failover\n", _origin(found), note, table(HEAD, row)])


def _page(results: dict[str, Any]) -> str:
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
    return "\n".join(["## The page\n", _origin(found), note, table(head, *rows)])


def _each(engines: list[str], values: list[int]) -> str:
    return " and ".join(f"{value:,} ({name})" for name, value in zip(engines, values, strict=True))
