"""One rollout to many simulated devices: Mosquitto, `fer-controller serve` and the devices on this machine.

    python tests/benchmarks/rollout.py --agents 1000 --size-mb 4
    python tests/benchmarks/rollout.py --agents 10000 --events-per-s 0.1 --telemetry-s 60 --postgresql

The devices send events before and while the model is served to them. At the end what they counted is compared with the
database, and each view of it is timed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tiny_onnx
from benchmarks import views
from benchmarks.processes import more, peak_mb, processes, used_s
from benchmarks.servers import durable_server
from controller_process import PROGRAM, ControllerProcess
from fer_controller.registry import tokens
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS
from fer_controller.rollout.transitions import ENDED
from fer_controller.settings import PostgresUrl
from fer_wire.message import iso_utc
from forked import own_process
from opened_stores import token_store
from real_broker import Mosquitto, free_port, mosquitto_binary
from simulated_fleet import SimulatedFleet

MB = 1_000_000
QUIET_S = 30.0
PATIENCE_S = 600.0
LOOK_EVERY_S = 0.1
PRECISION = "fp32"
MODEL = "tiny@1.0.0"
ALL_AT_ONCE = ("--waves", "100%", "--soak", "1s", "--probation", "5s", "--precision", PRECISION)
LAGS = """
SELECT {lag_ms} FROM events WHERE received_at >= '{begun}' AND received_at < '{ended}' ORDER BY 1
"""
LAG_MS = {
    False: "(julianday(received_at) - julianday(time)) * 86400000",
    True: "extract(epoch FROM received_at::timestamptz - time::timestamptz) * 1000",
}
"""On SQLite, and on PostgreSQL."""
DOWNLOADING = "SELECT count(*) FROM rollout_targets WHERE state IN ('pending', 'desired', 'downloading')"


@dataclass(frozen=True)
class Load:
    """How many devices, what each of them sends, and the size of the model that they fetch."""

    agents: int = 1000
    events_per_s: float = 1.0
    telemetry_s: float = 10.0
    size_mb: float = 4.0


THOUSANDS = Load(10_000, events_per_s=0.1, telemetry_s=60.0, size_mb=0.5)


@dataclass
class Site:
    """What takes part."""

    home: Path
    broker: Mosquitto
    controller: ControllerProcess
    fleet: SimulatedFleet
    agents: int
    http: str

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the controller's database."""
        return self.controller.query(sql)

    @property
    def place(self) -> str:
        """The database, as --db takes it."""
        return self.controller.on.url if self.controller.on else str(self.controller.db)

    @property
    def pids(self) -> list[tuple[str, int]]:
        """Each process by name."""
        return [*processes(self.controller.pid), ("simulate", self.fleet.pid), ("mosquitto", self.broker.pid)]

    def command(self, *words: str) -> list[dict[str, Any]]:
        """What a command of fer-controller printed."""
        done = subprocess.run(
            [*PROGRAM, *words, "--db", self.place, "--json"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def measure(load: Load | None = None, *, on_postgresql: bool = False) -> dict[str, Any]:
    """All figures, in a temporary folder and, if asked for, a PostgreSQL of its own."""
    load = load or Load()
    with (
        TemporaryDirectory(prefix="fer-rollout-") as folder,
        durable_server() if on_postgresql else nullcontext() as server,
        _site(Path(folder), load, server.empty() if server else None) as site,
    ):
        agents = load.agents
        _until(lambda: _online(site) == agents, "every device is online")
        time.sleep(load.telemetry_s)
        before = used_s(site.pids)
        quiet = _ingested(site, *_between(lambda: time.sleep(QUIET_S)))
        idle = used_s(site.pids)
        plan_s = _timed(lambda: _deploy(site, "--dry-run"))
        planned = used_s(site.pids)
        with ThreadPoolExecutor(1) as beside:
            deploying = beside.submit(_timed, lambda: _deploy(site))
            _until(lambda: _published(site) == agents, "the desired states are out")
            out = iso_utc(datetime.now(UTC))
            _until(lambda: not _downloading(site), "the model is everywhere")
            served, busy = iso_utc(datetime.now(UTC)), used_s(site.pids)
            deploy_s = deploying.result()
        _until(lambda: _rollout(site)[0] in ENDED, "the rollout has ended")
        state, began, ended = _rollout(site)
        serving = _ingested(site, began, served)
        memory = {name: peak_mb(pid) for name, pid in processes(site.controller.pid)}
        looks = views.measure(site.http, _operator(site))
        status = site.fleet.stop()
        return {
            "agents": agents,
            "events_per_s_each": load.events_per_s,
            "telemetry_s": load.telemetry_s,
            "views": looks,
            "artifact_mb": round(_size_bytes(site) / MB, 2),
            "plan_s": plan_s,
            "deploy_s": deploy_s,
            "desired_states_out_s": _seconds(began, out),
            "served_s": _seconds(began, served),
            "rollout_s": _seconds(began, ended),
            "state": state,
            "served_mb": round(site.fleet.summary["downloaded_bytes"] / MB),
            "peak_memory_mb": {**memory, "together": round(sum(memory.values()), 1)},
            "ingest": {
                "quiet": {**quiet, "processor_s": more(before, idle)},
                "serving": {**serving, "processor_s": more(planned, busy)},
            },
            "ingest_ratio": round(serving["events_per_s"] / quiet["events_per_s"], 3),
            **_compared(site),
            "simulator_exit_status": status,
        }


@contextmanager
def _site(home: Path, load: Load, on: PostgresUrl | None) -> Iterator[Site]:
    binary = mosquitto_binary()
    if binary is None:
        sys.exit("Mosquitto is not installed (apt-get install mosquitto mosquitto-clients).")
    (home / "mosquitto").mkdir(mode=0o777)
    broker, place = Mosquitto(binary, home / "mosquitto"), f"127.0.0.1:{free_port()}"
    broker.start()
    os.environ["FER_CONTROLLER_REGISTRY__FOLDER"] = str(home / "models")
    controller = ControllerProcess(home / "fleet.db", broker.url, "--http", place, begin=own_process, on=on)
    names = [f"sim-{number:04d}" for number in range(1, load.agents + 1)]
    options = ("--controller", f"http://{place}", "--tokens-file", str(home / "tokens"), "--flush-s", "90")
    sends = ("--events-per-s", str(load.events_per_s), "--telemetry-s", str(load.telemetry_s))
    fleet = SimulatedFleet(home, broker.url, load.agents, *options, *sends, begin=own_process)
    site = Site(home, broker, controller, fleet, load.agents, f"http://{place}")
    try:
        controller.until_connected()
        data = tiny_onnx.network(padding_bytes=int(load.size_mb * MB))
        site.command("models", "keygen")
        site.command("models", "add", str(tiny_onnx.write_model(home / "tiny", {PRECISION: data})))
        with token_store(on or controller.db) as store:
            (home / "tokens").write_text("".join(f"{name} {tokens.make(store, name)}\n" for name in names))
        fleet.start()
        yield site
    finally:
        fleet.kill()
        controller.kill()
        broker.stop()


def _deploy(site: Site, *more: str) -> None:
    gates = [word for name in GATED_METRICS for word in ("--gate", f"{name}=off")]
    site.command("deploy", "--yes", "--model", MODEL, "--concurrency", str(site.agents), *ALL_AT_ONCE, *gates, *more)


def _compared(site: Site) -> dict[str, Any]:
    """What the devices counted, against what the database holds."""
    devices = site.fleet.devices
    rows = site.ask("SELECT device, epoch, count(*), count(DISTINCT seq) FROM events GROUP BY 1, 2")
    stored = {(device, epoch): (count, distinct) for device, epoch, count, distinct in rows}
    reported = {device: json.loads(text) for device, text in site.ask("SELECT device, reported FROM devices")}
    found = {(each["device"], each["epoch"]): each["events"] for each in devices}
    targets = dict(site.ask("SELECT state, count(*) FROM rollout_targets GROUP BY 1"))
    return {
        "events": sum(found.values()),
        "lost_events": sum(made - stored.get(key, (0, 0))[1] for key, made in found.items()),
        "duplicate_events": sum(count - distinct for count, distinct in stored.values()),
        "reports": sum(each["reports"] for each in devices),
        "unconfirmed_reports": sum(each["reports"] - each["reports_delivered"] for each in devices),
        "lost_reports": sum(reported.get(each["device"]) != each["last_report"] for each in devices),
        "lost_connections": site.fleet.summary["losses"],
        "devices": {"by_the_controller": targets, "by_themselves": dict(Counter(each["state"] for each in devices))},
    }


def _between(work: Callable[[], Any]) -> tuple[str, str]:
    """When the work began and ended, as the database writes times."""
    begun = iso_utc(datetime.now(UTC))
    work()
    return begun, iso_utc(datetime.now(UTC))


def _ingested(site: Site, begun: str, ended: str) -> dict[str, Any]:
    """Events stored between two moments, and how long each took from the face to the database."""
    lag_ms = LAG_MS[site.controller.on is not None]
    lags_ms = [float(row[0]) for row in site.ask(LAGS.format(lag_ms=lag_ms, begun=begun, ended=ended))]
    took_s = _seconds(begun, ended)
    assert lags_ms, "No event was stored."
    return {
        "seconds": round(took_s, 1),
        "events_per_s": round(len(lags_ms) / took_s, 1),
        "lag_p50_ms": round(lags_ms[len(lags_ms) // 2], 1),
        "lag_p99_ms": round(lags_ms[int(0.99 * len(lags_ms))], 1),
    }


def _operator(site: Site) -> str:
    """The token of one who may look at everything."""
    return str(site.command("operators", "add", "benchmark", "--role", "admin")[0]["token"])


def _published(site: Site) -> int:
    return int(site.ask("SELECT count(*) FROM desired_states WHERE published = 1")[0][0])


def _downloading(site: Site) -> int:
    return int(site.ask(DOWNLOADING)[0][0])


def _online(site: Site) -> int:
    return int(site.ask("SELECT count(*) FROM devices WHERE state = 'online' AND reported <> ''")[0][0])


def _rollout(site: Site) -> tuple[str, str, str]:
    """State, begin and end of the rollout."""
    state, began, ended = site.ask("SELECT state, created_at, ended_at FROM rollouts")[0]
    return state, began, ended


def _seconds(begun: str, ended: str) -> float:
    took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
    return round(took.total_seconds(), 2)


def _size_bytes(site: Site) -> int:
    (model,) = site.command("models", "show", MODEL)
    return int(model["variants"][0]["size_bytes"])


def _timed(work: Callable[[], None]) -> float:
    begun_s = time.monotonic()
    work()
    return round(time.monotonic() - begun_s, 2)


def _until(holds: Callable[[], bool], what: str) -> float:
    """Wait until it holds; returns the seconds that it took."""
    begun_s = time.monotonic()
    while not holds():
        assert time.monotonic() < begun_s + PATIENCE_S, f"Waited {PATIENCE_S:g} s in vain until {what}."
        time.sleep(LOOK_EVERY_S)
    return round(time.monotonic() - begun_s, 2)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for each in fields(Load):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, not in a file")
    asked = vars(parser.parse_args())
    on_postgresql = asked.pop("postgresql")
    print(json.dumps(measure(Load(**asked), on_postgresql=on_postgresql), indent=2))


if __name__ == "__main__":
    main()
