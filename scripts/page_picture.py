"""Draws docs/images/page.png: the controller's page while a rollout goes through a simulated fleet.

    python scripts/page_picture.py

Needs Chromium. A controller with a broker of its own, two dozen simulated devices, a model of the zoo, and a rollout
whose first wave has passed; it takes about two minutes.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images" / "page.png"
PROGRAM = str(Path(sys.executable).with_name("fer-controller"))
DEVICES = 24
BASELINE_S = 40
SIZE = "1180,860"
SETTLED_MS = 4000


def controller(*words: str) -> str:
    """One command to its end; returns what it printed."""
    return subprocess.run([PROGRAM, *words], check=True, capture_output=True, text=True).stdout


@contextmanager
def running(*words: str, quiet_for_s: float) -> Iterator[None]:
    """A command in the background, which has so long to begin."""
    process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(quiet_for_s)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def progress() -> Any:
    """The newest rollout."""
    return json.loads(controller("rollouts", "show", "--json"))


def draw(folder: Path) -> None:
    """Set everything up in the folder, and draw when the second wave goes on."""
    broker, page = f"mqtt://127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    os.environ |= {
        "FER_CONTROLLER_DB": str(folder / "fleet.db"), "FER_CONTROLLER_BROKER__URL": broker,
        "FER_CONTROLLER_HTTP__LISTEN": page, "FER_CONTROLLER_HTTP__ACCESS": "open",
    }  # fmt: skip
    controller("models", "keygen")
    controller("models", "add", str(max((ROOT / "models/zoo/light").iterdir())))
    fleet = (
        "simulate",
        "--agents",
        str(DEVICES),
        "--telemetry-s",
        "2",
        "--events-per-s",
        "3",
        "--controller",
        f"http://{page}",
    )
    with running("serve", "--embedded-broker", quiet_for_s=5), running(*fleet, quiet_for_s=BASELINE_S):
        token = controller("operators", "add", "alice", "--role", "operator").strip()
        os.environ["FER_CONTROLLER_API__TOKEN"] = token
        controller(
            "deploy",
            "--yes",
            "--waves",
            "2,50%,100%",
            "--soak",
            "15s",
            "--probation",
            "10s",
            "--controller",
            f"http://{page}",
        )
        while (now := progress())["waves"][1]["state"] == "waiting" and now["state"] in {"planned", "running"}:
            time.sleep(1)
        time.sleep(5)
        photograph(f"http://{page}/#token={token}/rollouts")


def photograph(url: str) -> None:
    """What Chromium shows of an address."""
    with TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        sized = [f"--user-data-dir={profile}", f"--window-size={SIZE}", f"--virtual-time-budget={SETTLED_MS}"]
        subprocess.run([*command, *sized, f"--screenshot={OUT}", url], check=True, capture_output=True)


if __name__ == "__main__":
    with TemporaryDirectory(prefix="fer-page-") as made:
        draw(Path(made))
    print(f"wrote {OUT.relative_to(ROOT)}")
