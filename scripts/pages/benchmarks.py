"""docs/benchmarks.md: what `make bench` measured, beside what was asked for."""

import json
from pathlib import Path
from typing import Any

from pages.schema import table

HEAD = ("what", "measured", "target", "met")

INTRODUCTION = """\
# Benchmarks

Made from `docs/benchmarks.json`, which `make bench` writes. Nothing here is a test: figures depend on the machine, and
each section names the one it was measured on.
"""

PIPELINE = """\
Each run is a whole `fer-agent start` on {clip} (640×360), with a Mosquitto beside it. The rate counts frames
from the first to the last event, all parts running. For the latency every frame makes an event, and the time is that
from the capture of the frame to its arrival at `mosquitto_sub`.
"""

INGEST = """\
Mosquitto at QoS 1 into SQLite (WAL, synchronous=FULL), a commit a batch, acknowledged after it. The backlog waits
in the controller's session at the broker, as after an outage; mosquitto_sub took it at {sub:,} a second and stored
nothing. Resident memory at 10, 50 and 100 % of the live run: {memory} MB. The database had {size:g} MB at the end.
"""

PAPER = "Light-FER (Sensors 2022, 22, 9524) reports 27 frames/s and 18.4 % of a four-core laptop."


def page(root: Path) -> str:
    """The whole page; only its introduction while nothing was measured."""
    file = root / "docs" / "benchmarks.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    makers = {"pipeline": _pipeline, "peer": _peer, "ingest": _ingest}
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
    note = PIPELINE.format(clip=found["clip"])
    return "\n".join(["## Pipeline\n", _origin(found), note, table(HEAD, *rows), PAPER, ""])


def _peer(results: dict[str, Any]) -> str:
    found, ours = results["peer"], results.get("pipeline", {}).get("fastest")
    rows = [
        ("frames/s", f"{found['fps']['median']:.1f}", _ratio(ours and ours["fps"]["median"], found["fps"]["median"])),
        (
            "peak memory, MB",
            f"{found['peak_memory_mb']:g}",
            _ratio(ours and ours["peak_memory_mb"], found["peak_memory_mb"]),
        ),
    ]
    heading = f"## The package {found['package']} on the same clip\n"
    return "\n".join([heading, _origin(found), table(("what", "measured", "ours is"), *rows)])


def _ratio(ours: float | None, theirs: float) -> str:
    return f"{ours / theirs:.2f} times that" if ours else "not measured"


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
        ("processor time an event, µs", f"{backlog['processor_us_per_event']:g}", "stated", "–"),
        _at_most(f"growth of memory over {live['events']:,} events, MB", round(memory[-1] - memory[0], 1), 5),
    ]
    note = INGEST.format(
        sub=backlog["mosquitto_sub_per_s"], memory=", ".join(f"{mb:g}" for mb in memory), size=found["database_mb"]
    )
    return "\n".join(["## Ingest\n", _origin(found), note, table(HEAD, *rows)])
