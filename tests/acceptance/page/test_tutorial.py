"""docs/tutorial-in-the-page.md by clicks: what docs/tutorial.md does by commands, with simulated devices.

Commands do what the page has nothing for: they make the key, add the models, and let the operator in.
"""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controller_process import ControllerProcess, eventually, run
from real_broker import Mosquitto, free_port
from simulated_fleet import SimulatedFleet

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto, pytest.mark.timeout(900)]

DEVICES = ("sim-0001", "sim-0002", "sim-0003")
QUICK = {
    "ROLLOUT__TICK_S": "0.2", "ROLLOUT__JUDGE_EVERY_S": "0.5", "ROLLOUT__MINUTE_S": "1", "HTTP__ACCESS": "open",
}  # fmt: skip
COURSE = {"Precision": "fp16", "Waves": "1, 100%", "Soak": "4s", "Probation": "1s"}
FACES = 25
PATIENCE_S = 180.0
PATIENCE_MS = 180_000


class Site:
    """A controller, three devices that run a model of their own, and what the tutorial does by commands."""

    def __init__(self, folder: Path, zoo: Path, broker: str) -> None:
        place = f"127.0.0.1:{free_port()}"
        self.folder, self.model = folder, max((zoo / "light").iterdir())
        self.controller = ControllerProcess(folder / "fleet.db", broker, "--http", place)
        self.fleet = SimulatedFleet(
            folder, broker, len(DEVICES), "--controller", f"http://{place}", "--telemetry-s", "0.5", "--class", "x86",
            "--events-per-s", "20", "--effect", f"light@{self.spoilt}/*:angry=1.0",
        )  # fmt: skip
        self.url = f"http://{place}"

    @property
    def spoilt(self) -> str:
        """The version that the spoilt model will have."""
        *first, patch = self.model.name.split(".")
        return ".".join([*first, str(int(patch) + 1)])

    def does(self, *words: str) -> str:
        """What a command prints."""
        done = run(*words, "--db", str(self.controller.db))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add_spoilt(self, root: Path) -> None:
        """Add the model that calls every face angry."""
        script = [
            sys.executable,
            str(root / "scripts/spoil_model.py"),
            str(self.model),
            str(self.folder / "spoilt"),
            "angry",
        ]
        subprocess.run(script, check=True, capture_output=True)
        self.does("models", "add", str(self.folder / "spoilt/light" / self.spoilt))

    def until_measured(self) -> None:
        """Each device has a baseline."""
        told = "SELECT count(*) FROM (SELECT device FROM telemetry GROUP BY device HAVING count(*) > 8)"
        faces = "SELECT min(n) FROM (SELECT count(DISTINCT track) n FROM events GROUP BY device)"
        query = self.controller.query
        eventually(
            lambda: query(told) == [(len(DEVICES),)] and query(faces) >= [(FACES,)], "all are measured", PATIENCE_S
        )


@pytest.fixture
def site(mosquitto: Mosquitto, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)
    made = Site(tmp_path, root / "models/zoo", mosquitto.url)
    made.controller.until_connected()
    made.does("models", "keygen")
    made.does("models", "add", str(made.model))
    made.fleet.start()
    try:
        made.until_measured()
        yield made
    finally:
        made.fleet.stop()
        made.controller.kill()


def signs_in(page: Any, site: Site) -> None:
    """With the token of a command, as the tutorial prints it."""
    token = site.does("operators", "add", "you", "--role", "operator").strip()
    page.goto(site.url)
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("you, operator").wait_for()


def goes_to(page: Any, view: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
    page.get_by_role("heading", name=view, level=1).wait_for()


def sees_the_fleet(page: Any) -> None:
    page.get_by_text(f"{len(DEVICES)} devices").wait_for()
    goes_to(page, "Fleet")
    for name in DEVICES:
        page.get_by_role("row", name=name).get_by_text("online").wait_for()


def labels_two(page: Any) -> None:
    for name in DEVICES[:2]:
        page.get_by_role("checkbox", name=f"Mark {name}").check()
    page.get_by_label("Label", exact=True).fill("site=lab")
    page.get_by_role("button", name="Set").click()
    page.get_by_text("2 devices labelled site=lab.").wait_for()
    page.get_by_role("checkbox", name=re.compile("^lab")).check()
    page.get_by_text(f"2 of {len(DEVICES)} devices").wait_for()


def deploys(page: Any) -> None:
    """The newest model there is, after a look at the plan."""
    goes_to(page, "Rollouts")
    page.get_by_text("New rollout", exact=True).click()
    page.get_by_role("combobox", name="Precision").select_option(COURSE["Precision"])
    for field in ("Waves", "Soak", "Probation"):
        page.get_by_label(field, exact=True).fill(COURSE[field])
    page.get_by_role("button", name="Preview the plan").click()
    page.get_by_text(f"{len(DEVICES)} devices in waves of 1, {len(DEVICES) - 1}").wait_for()
    page.get_by_role("button", name="Begin this rollout").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    page.get_by_text("Wave 1, the canary").wait_for()


def orders(page: Any, name: str, state: str) -> None:
    page.get_by_role("group", name="Orders").get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(name, re.IGNORECASE)).click()
    stands(page, state)


def stands(page: Any, state: str) -> None:
    page.locator("main > .bar .state", has_text=re.compile(f"^{state}$")).wait_for(timeout=PATIENCE_MS)


def looks_into_the_history_of_one(page: Any) -> None:
    goes_to(page, "Fleet")
    page.get_by_role("link", name=DEVICES[0]).click()
    page.get_by_role("heading", name=DEVICES[0]).wait_for()
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_role("img", name=re.compile("^Frame rate")).wait_for()


def finds_events_and_saves_them(page: Any, folder: Path) -> "list[dict[str, str]]":
    goes_to(page, "Events")
    for field, text in (("Labels", "site=lab"), ("Device", DEVICES[0])):
        page.get_by_role("combobox", name=field).fill(text)
        page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Emotion").select_option("happy")
    page.get_by_role("region", name="Events", exact=True).get_by_text(DEVICES[0]).first.wait_for()
    with page.expect_download(timeout=PATIENCE_MS) as saving:
        page.get_by_role("button", name="Download CSV").click()
    saving.value.save_as(folder / "events.csv")
    with (folder / "events.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_page_does_what_the_tutorial_does_by_commands(site: Site, page: Any, root: Path, tmp_path: Path) -> None:
    signs_in(page, site)
    sees_the_fleet(page)
    labels_two(page)

    deploys(page)
    orders(page, "pause", "paused")
    orders(page, "resume", "running")
    stands(page, "completed")
    page.locator(".counts", has_text=f"{len(DEVICES) - 1} committed").wait_for()

    site.add_spoilt(root)
    deploys(page)
    stands(page, "rolled back")
    page.get_by_text(re.compile("emotion_mix")).first.wait_for()
    assert [state for (state,) in site.controller.query("SELECT state FROM rollouts ORDER BY created_at")] == [
        "completed", "rolled_back",
    ]  # fmt: skip
    goes_to(page, "Fleet")
    for name in DEVICES:
        page.get_by_role("row", name=name).get_by_text(f"light@{site.model.name}/fp16").wait_for()

    looks_into_the_history_of_one(page)
    saved = finds_events_and_saves_them(page, tmp_path)
    assert {(row["device"], row["emotion"]) for row in saved} == {(DEVICES[0], "happy")}
