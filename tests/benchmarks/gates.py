"""How often gates are wrong: rollouts of unchanged and of spoiled models, by Mosquitto, `serve` and simulated devices.

    python tests/benchmarks/gates.py --alone 50 --together 20 --spoilt 0
    python tests/benchmarks/gates.py --alone 0 --together 0 --spoilt 10

For each event rate and two soaks, so many one-device rollouts of a model that changes nothing, and one to so many
devices at once; then one-device rollouts of models that are spoiled by degrees, so many of each. All begin when the
devices have a baseline. Every gate is on, and every other setting is the default. At the end the devices leave in
order, and the events that they sent are compared with those that are stored.
"""

import argparse
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tiny_onnx
from controller_process import ControllerProcess, run
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.operations.plans import DEPLOY
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.rollout.transitions import ENDED, PAUSED
from forked import own_process
from real_broker import Mosquitto, free_port, mosquitto_binary
from simulated_fleet import SimulatedFleet

RATES, SOAKS = "1,2", ("25s", "60s")
"""Events a second of a device, and how long a wave is watched."""
GOOD = "good"
SPOILT = {
    "happy-10": "happy=0.343", "happy-20": "happy=0.416", "happy-40": "happy=0.562", "happy-100": "happy=1.0",
    "confidence-10": "confidence=0.9", "confidence-20": "confidence=0.8", "fps-10": "fps=0.9", "fps-25": "fps=0.75",
    "fps-50": "fps=0.5", "latency": "latency=2.5", "errors": "errors=1", "temperature": "temperature=20",
}  # fmt: skip
"""By name: what the model does to a device; happy-N takes N % of all other faces for happy."""
OPEN = {"FER_CONTROLLER_HTTP__ACCESS": "open"}
EVENTS_OF_A_MODEL = "SELECT count(DISTINCT epoch || camera || track) FROM events WHERE device = ? AND model LIKE ?"


@dataclass(frozen=True)
class Trial:
    """One rollout: of what, to whom, and how long its wave is watched."""

    model: str
    devices: tuple[str, ...]
    soak: str
    rate: float


def trials(rates: list[float], alone: int, together: int, spoilt: int) -> list[Trial]:
    """Every rollout, each to devices of its own."""
    numbers = {rate: iter(range(1, 10_000)) for rate in rates}

    def some(count: int, rate: float) -> tuple[str, ...]:
        return tuple(f"{fleet_name(rate)}-{next(numbers[rate]):04d}" for _ in range(count))

    single = [Trial(GOOD, some(1, rate), soak, rate) for rate in rates for soak in SOAKS for _ in range(alone)]
    whole = [Trial(GOOD, some(together, rate), soak, rate) for rate in rates for soak in SOAKS if together]
    bad = [Trial(name, some(1, rates[-1]), SOAKS[0], rates[-1]) for name in SPOILT for _ in range(spoilt)]
    return [*whole, *single, *bad]


def fleet_name(rate: float) -> str:
    """Of the devices that send so many events a second."""
    return f"rate{rate:g}"


@dataclass(frozen=True)
class Site:
    """A broker with the controller, and the fleets of simulated devices, that are connected to it."""

    controller: ControllerProcess
    fleets: tuple[SimulatedFleet, ...]

    def balance(self) -> dict[str, Any]:
        """What the devices sent until they left, and what of it is stored; waiting is what nobody acknowledged."""
        for fleet in self.fleets:
            fleet.stop()
        sent = {each["device"]: each for fleet in self.fleets for each in fleet.devices}
        stored = dict(self.controller.query("SELECT device, count(*) FROM events GROUP BY device"))
        missing = {device: each["events"] - stored.get(device, 0) for device, each in sent.items()}
        return {
            "devices": len(sent), "sent": sum(each["events"] for each in sent.values()),
            "stored": sum(stored.values()), "lost": sum(map(abs, missing.values())),
            "waiting": sum(each["pending"] for each in sent.values()),
            "dropped": sum(each["dropped"] for each in sent.values()),
            "connections": sum(each["connections"] for each in sent.values()),
        }  # fmt: skip


def measure(planned: list[Trial], baseline_s: float, patience: str, at_once: int) -> Iterator[dict[str, Any]]:
    """One line for each rollout as it ended, in a temporary folder, and the balance of events."""
    with ExitStack() as ends:
        folder = ends.enter_context(TemporaryDirectory(prefix="fer-gates-"))
        ends.enter_context(patch.dict("os.environ", OPEN))
        site = ends.enter_context(_site(Path(folder), planned))
        desk = ends.enter_context(_desk(site.controller))
        time.sleep(baseline_s)
        waiting, running = list(planned), dict[str, Trial]()
        while waiting or running:
            while waiting and len(running) < at_once:
                trial = waiting.pop(0)
                running[_deploy(desk, trial, patience)] = trial
            for rollout in _ended(site.controller, running):
                yield _told(site.controller, rollout, running.pop(rollout))
            time.sleep(1)
        yield site.balance()


@contextmanager
def _site(home: Path, planned: list[Trial]) -> Iterator[Site]:
    binary = mosquitto_binary()
    if binary is None:
        sys.exit("Mosquitto is not installed (apt-get install mosquitto mosquitto-clients).")
    (home / "mosquitto").mkdir(mode=0o777)
    broker, place = Mosquitto(binary, home / "mosquitto"), f"127.0.0.1:{free_port()}"
    controller = ControllerProcess(home / "fleet.db", broker.url, "--http", place, begin=own_process)
    with ExitStack() as ends:
        broker.start()
        ends.callback(broker.stop)
        controller.until_connected()
        ends.callback(controller.kill)
        _add_models(home, controller.db)
        fleets = tuple(
            _fleet(home, broker, place, rate, planned) for rate in dict.fromkeys(trial.rate for trial in planned)
        )
        for fleet in fleets:
            fleet.start()
            ends.callback(fleet.kill)
        yield Site(controller, fleets)


def _fleet(home: Path, broker: Mosquitto, place: str, rate: float, planned: Iterable[Trial]) -> SimulatedFleet:
    (home / fleet_name(rate)).mkdir()
    devices = sum(len(trial.devices) for trial in planned if trial.rate == rate)
    effects = chain.from_iterable(("--effect", f"{name}@*:{effect}") for name, effect in SPOILT.items())
    options = ("--controller", f"http://{place}", "--name", fleet_name(rate), "--events-per-s", str(rate), *effects)
    return SimulatedFleet(home / fleet_name(rate), broker.url, devices, *options, begin=own_process)


def _add_models(home: Path, db: Path) -> None:
    assert run("models", "keygen", "--db", str(db)).returncode == 0
    for number, name in enumerate((GOOD, *SPOILT)):
        folder = tiny_onnx.write_model(home / name, {"fp32": tiny_onnx.network(padding_bytes=1000 + number)})
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, "name": name}))
        added = run("models", "add", str(folder), "--db", str(db))
        assert added.returncode == 0, added.stderr


def _desk(controller: ControllerProcess) -> LocalDesk:
    return LocalDesk(Place(controller.db, controller.db.with_suffix(".models"), 60.0), "benchmark")


def _deploy(desk: LocalDesk, trial: Trial, patience: str) -> str:
    words: dict[str, Any] = {"soak": trial.soak, "patience": patience, "probation": "1s", "waves": "100%"}
    request = DeployRequest(model=trial.model, precision="fp32", devices=trial.devices, **words)
    return desk.ask(DEPLOY, request).rollout


def _ended(controller: ControllerProcess, running: Iterable[str]) -> list[str]:
    states = dict(controller.query("SELECT id, state FROM rollouts"))
    return [rollout for rollout in running if states.get(rollout) in (*ENDED, PAUSED)]


def _told(controller: ControllerProcess, rollout: str, trial: Trial) -> dict[str, Any]:
    """How it ended, how long its wave soaked, and how many faces its model had read by then."""
    with closing(sqlite3.connect(f"file:{controller.db}?mode=ro", uri=True, timeout=30)) as connection:
        (state, reason) = connection.execute("SELECT state, reason FROM rollouts WHERE id = ?", [rollout]).fetchone()
        soaking, verdicts, judged = connection.execute(
            "SELECT soaking_at, verdicts, judged_at FROM rollout_waves WHERE rollout = ?", [rollout]
        ).fetchone()
        asked = [(device, f"{trial.model}@%") for device in trial.devices]
        faces = sum(connection.execute(EVENTS_OF_A_MODEL, each).fetchone()[0] for each in asked)
    looks = max((gate["looks"] for gate in json.loads(verdicts) if gate["outcome"] == "failed"), default=0)
    undecided = [gate["metric"] for gate in json.loads(verdicts) if gate["outcome"] == "inconclusive"]
    soaked_s = (datetime.fromisoformat(judged) - datetime.fromisoformat(soaking)).total_seconds() if soaking else 0.0
    return {
        "model": trial.model, "devices": len(trial.devices), "rate": trial.rate, "soak": trial.soak, "state": state,
        "soaked_s": round(soaked_s, 1), "faces": faces, "looks": looks, "undecided": undecided, "reason": reason,
    }  # fmt: skip


def summaries(found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One line for each kind of rollout."""
    kinds: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for each in found:
        kinds.setdefault((each["model"], each["devices"], each["rate"], each["soak"]), []).append(each)
    for (model, devices, rate, soak), ended in kinds.items():
        yield {
            "model": model, "devices": devices, "rate": rate, "soak": soak, "rollouts": len(ended),
            "states": dict(Counter(each["state"] for each in ended)),
            "soaked_least_s": min(each["soaked_s"] for each in ended),
            "soaked_median_s": median(each["soaked_s"] for each in ended),
            "soaked_most_s": max(each["soaked_s"] for each in ended),
            "faces_median": median(each["faces"] for each in ended),
            "faces_most": max(each["faces"] for each in ended),
            "lacking": dict(Counter(gate for each in ended if each["state"] == PAUSED for gate in each["undecided"])),
            "looks": max(each["looks"] for each in ended),
        }  # fmt: skip


def main() -> None:
    """The command line; a line of JSON for each rollout, one for the events, and one for each kind at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", default=RATES, help="events a second of a device; spoiled models run at the last")
    parser.add_argument("--alone", type=int, default=50, help="one-device rollouts for each rate and soak")
    parser.add_argument("--together", type=int, default=20, help="devices of the one rollout to many, for each rate")
    parser.add_argument("--spoilt", type=int, default=10, help="one-device rollouts of each spoiled model")
    parser.add_argument("--baseline-s", type=float, default=600.0, help="how long devices are measured before")
    parser.add_argument("--patience", default="10m", help="as `deploy` takes it")
    parser.add_argument("--at-once", type=int, default=50, help="rollouts")
    options = parser.parse_args()
    found = []
    rates = [float(rate) for rate in options.rates.split(",")]
    planned = trials(rates, options.alone, options.together, options.spoilt)
    for each in measure(planned, options.baseline_s, options.patience, options.at_once):
        found.append(each)
        print(json.dumps(each), flush=True)
    for summary in summaries(each for each in found if "model" in each):
        print(json.dumps(summary))


if __name__ == "__main__":
    main()
