"""The sections of docs/benchmarks.md on what ingests store."""

from statistics import median
from typing import Any

from pages.figures import HEAD, at_least, at_most, origin, spread_of
from pages.schema import table

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

INGESTS = """\
A backlog of {events:,} events waits at one broker for one ingest (`serve --role ingest`), or half of it at each of two
brokers for two; both write to one PostgreSQL (fsync on). Everything shares this machine's cores, {rounds} rounds in
turns. Where the cores are used up by one ingest, its server and its broker, a second ingest has none left.
"""


def ingest(results: dict[str, Any]) -> str:
    """One process and an SQLite file."""
    found = results["ingest"]
    backlog, live = found["backlog"], found["live"]
    memory = list(live["resident_mb"].values())
    rows = [
        at_least("events/s stored from a backlog of " + f"{backlog['events']:,}", backlog["events_per_s"], 8000),
        at_least("events/s stored while they are published", live["events_per_s"], 8000, "generator on the same cores"),
        ("share of what mosquitto_sub takes of the backlog", f"{backlog['share_of_mosquitto_sub']:.0%}", "stated", "–"),
        (
            "processor time an event with the program's start, µs",
            f"{backlog['processor_us_per_event_with_start']:g}",
            "stated",
            "–",
        ),
        at_most(f"growth of memory over {live['events']:,} events, MB", round(memory[-1] - memory[0], 1), 5),
    ]
    note = INGEST.format(
        sub=backlog["mosquitto_sub_per_s"], memory=", ".join(f"{mb:g}" for mb in memory), size=found["database_mb"]
    )
    return "\n".join(["## Ingest\n", origin(found), note, table(HEAD, *rows), _compared(results["ingest_compared"])])


def _compared(found: dict[str, Any]) -> str:
    """Before and after in turns, and where the time goes."""
    figures = {
        "processor time an event, from the first commit to the last, µs": "processor_us_per_event",
        "the same with the program's start": "processor_us_per_event_with_start",
        "events/s stored from the backlog": "events_per_s",
    }
    rounds = [(what, *(spread_of(found["rounds"], when, key) for when in WHEN)) for what, key in figures.items()]
    parts = [(each["part"], f"{each['before_us']:g}", f"{each['now_us']:g}") for each in found["parts"]]
    note = COMPARED.format(**found, number=len(found["rounds"]))
    heads = [("what, median (least to most)", "before", "now"), ("part of an event's time, µs", "before", "now")]
    return "\n".join(["", note, table(heads[0], *rounds), PARTS, table(heads[1], *parts)])


def ingests(results: dict[str, Any]) -> str:
    """One and two processes, and PostgreSQL."""
    found = results["ingests"]
    rounds = found["rounds"]
    what = {
        "events/s stored": "events_per_s",
        "processor time an event: ingests, their start included, µs": "ingests_us",
        "the same: PostgreSQL": "server_us",
        "the same: brokers": "brokers_us",
    }
    rows = [(name, *(spread_of(rounds, which, key) for which in ("one", "two"))) for name, key in what.items()]
    head = ("what, median (least to most)", "one ingest", "two ingests")
    rate = median(each["one"]["events_per_s"] for each in rounds)
    targets = [
        at_least("events/s, one ingest and the server", rate, 15_000),
        at_least("two ingests ÷ one, median of the pairs", found["ratio"], 1.6),
    ]
    note = INGESTS.format(events=found["events"], rounds=len(rounds))
    return "\n".join(["## Ingests on PostgreSQL\n", origin(found), note, table(head, *rows), table(HEAD, *targets)])
