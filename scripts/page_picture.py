"""Draws the controller's page while a rollout goes through a simulated fleet: docs/images/page*.png.

    python scripts/page_picture.py                 the pictures that the docs show
    python scripts/page_picture.py --look FOLDER   each view at three widths, light and dark, to look at

Needs Chromium. A controller with a broker of its own, two dozen simulated devices of two sites, some of them in
trouble, a model of the zoo, and a rollout whose first wave has passed; it takes about two minutes.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PROGRAM = str(Path(sys.executable).with_name("fer-controller"))
DEVICES = 24
BASELINE_S = 40
WIDTHS = {"desk": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
SCHEMES = ("light", "dark")
IN_DOCS = (1180, 860)
ONE = {
    "fleet": ("device", "fleet/sim-0001"), "rollouts": ("rollout", "rollouts/newest"),
    "models": ("model", "models/light"),
}  # fmt: skip
"""Of what a list leads to, the picture and an address; the lists themselves are those that the page has."""
NANO, LIGHT = (max((ROOT / "models" / "zoo" / name).iterdir()) for name in ("nano", "light"))
MORE = {
    "new-rollout": "rollouts?new=yes", "events-by-site": "events?by=site&show=share",
    "models-compared": f"models/light@{LIGHT.name}?beside=nano@{NANO.name}",
}  # fmt: skip
"""What else is worth a picture."""
ROUTES = """async () => {
    const { ROUTES } = await import("/dashboard/routes.js");
    return Object.entries(ROUTES).map(([name, { one }]) => [name, Boolean(one)]);
}"""
TABS = "all => all.map(each => [each.innerText.toLowerCase(), each.hash.slice(1)])"
FIRST = "rollout"
"""It is the docs' page.png; the others are page-VIEW.png."""
LOADED = (
    "() => ![...document.querySelectorAll('main p.asked')].some(({ innerText }) => innerText.startsWith('Loading'))"
)
SETTLED_MS = 2500


def controller(*words: str) -> str:
    """One command to its end; returns what it printed."""
    return subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


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


def draw(folder: Path, look_at: Path | None) -> None:
    """Set everything up in the folder, and draw when the second wave goes on."""
    broker, page = f"mqtt://127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    os.environ |= {
        "FER_CONTROLLER_DB": str(folder / "fleet.db"), "FER_CONTROLLER_BROKER__URL": broker,
        "FER_CONTROLLER_HTTP__LISTEN": page, "FER_CONTROLLER_HTTP__ACCESS": "open",
        "FER_CONTROLLER_ROLLOUT__MINUTE_S": "2", "FER_CONTROLLER_ROLLOUT__JUDGE_EVERY_S": "2",
        "FER_CONTROLLER_ALERTS__OFFLINE_FOR_S": "10", "FER_CONTROLLER_ALERTS__EVERY_S": "2",
    }  # fmt: skip
    controller("models", "keygen")
    for model in (NANO, LIGHT):
        controller("models", "add", str(model))
    fleet = ("simulate", "--agents", str(DEVICES), "--telemetry-s", "2", "--events-per-s", "3", "--fault", "offline:8%",
             "--controller", f"http://{page}")  # fmt: skip
    with running("serve", "--embedded-broker", quiet_for_s=5), running(*fleet, quiet_for_s=BASELINE_S):
        label()
        token = controller("operators", "add", "alice", "--role", "admin").strip()
        os.environ["FER_CONTROLLER_API__TOKEN"] = token
        controller(
            "deploy",
            "--model",
            f"light@{LIGHT.name}",
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
        with chromium() as browser:
            photograph(browser, f"http://{page}/#token={token}/", look_at)


def label() -> None:
    """Two sites, as a fleet of several rooms has them."""
    names = [json.loads(line)["device"] for line in controller("devices", "--json").splitlines()]
    controller("label", *names[::2], "site=lab")
    controller("label", *names[1::2], "site=foyer")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def photograph(browser: Browser, address: str, look_at: Path | None) -> None:
    """Those that the docs show, or every view at every width in both schemes."""
    text = "".join(page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    for name, view in views(browser, address).items():
        if look_at is None:
            out = IMAGES / ("page.png" if name == FIRST else f"page-{name}.png")
            if f"images/{out.name}" in text:
                picture(browser, address + view, out, IN_DOCS, "light", whole=False)
            continue
        for width, size in WIDTHS.items():
            for scheme in SCHEMES:
                picture(browser, address + view, look_at / f"{name}-{width}-{scheme}.png", size, scheme, whole=True)


def views(browser: Browser, address: str) -> dict[str, str]:
    """Each picture and its address, with all tabs; ends where the page has a view without an example."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    routes: list[tuple[str, bool]] = page.evaluate(ROUTES)
    missing = [name for name, has_one in routes if has_one and name not in ONE]
    if missing:
        raise SystemExit(f"Name an address of one of the {', '.join(missing)} in ONE.")
    found = {name: name for name, _ in routes} | dict(ONE[name] for name, has_one in routes if has_one)
    for name, view in dict(found).items():
        page.goto("about:blank")
        page.goto(address + view)
        settle(page)
        _first, *tabs = page.locator("main nav.tabs a").evaluate_all(TABS) or [None]
        found |= {f"{name}-{tab}": its for tab, its in tabs}
    context.close()
    return found | MORE


def settle(page: Page) -> None:
    """Wait until nothing is loading, and what was asked next is drawn, too."""
    page.wait_for_timeout(SETTLED_MS)
    page.wait_for_function(LOADED)


def picture(browser: Browser, url: str, out: Path, size: tuple[int, int], scheme: Any, *, whole: bool) -> None:
    """What Chromium shows of an address; whole, or what fits on the screen."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    settle(page)
    page.screenshot(path=out, full_page=whole)
    context.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--look", type=Path, help="a folder for every view at three widths, light and dark")
    wanted = parser.parse_args().look
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # and leave nothing behind
    with TemporaryDirectory(prefix="fer-page-") as made:
        draw(Path(made), wanted)
    print(f"wrote {wanted or IMAGES.relative_to(ROOT)}")
