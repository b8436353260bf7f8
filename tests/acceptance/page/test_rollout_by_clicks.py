"""A rollout from the form to its end by clicks alone, with a real controller, broker and simulated devices."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controller_process import ControllerProcess, eventually, run
from real_broker import Mosquitto, free_port
from simulated_fleet import SimulatedFleet

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

AGENTS = 6
QUICK = {"ROLLOUT__TICK_S": "0.2", "ROLLOUT__JUDGE_EVERY_S": "0.5", "ROLLOUT__MINUTE_S": "1"}
PATIENCE_S = 120.0
PATIENCE_MS = 60_000


@pytest.fixture
def site(
    mosquitto: Mosquitto, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["tuple[ControllerProcess, str]"]:
    """A controller with a model and a fleet that runs another, and the link that opens its page."""
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)
    monkeypatch.setenv("FER_CONTROLLER_HTTP__ACCESS", "open")
    url = f"127.0.0.1:{free_port()}"
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--http", url)
    controller.until_connected()
    model = max((root / "models/zoo/light").iterdir())
    for words in (("models", "keygen"), ("models", "add", str(model))):
        assert run(*words, "--db", str(controller.db)).returncode == 0
    made = run("operators", "add", "alice", "--role", "operator", "--db", str(controller.db))
    fleet = SimulatedFleet(
        tmp_path, mosquitto.url, AGENTS, "--controller", f"http://{url}", "--telemetry-s", "0.5", "--class", "x86"
    )
    fleet.start()
    try:
        measured = "SELECT count(*) FROM (SELECT device FROM telemetry GROUP BY device HAVING count(*) > 4)"
        eventually(lambda: controller.query(measured) == [(AGENTS,)], "all devices are measured", PATIENCE_S)
        yield controller, f"http://{url}/#token={made.stdout.strip()}/"
    finally:
        fleet.stop()
        controller.kill()


def order(page: Any, name: str) -> None:
    """Give an order, and agree to it."""
    page.get_by_role("group", name="Orders").get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(name, re.IGNORECASE)).click()


def stands(page: Any, state: str) -> None:
    """Wait until the rollout is in this state."""
    page.locator("main > .bar .state", has_text=re.compile(f"^{state}$")).wait_for(timeout=PATIENCE_MS)


def test_deploy_pause_resume_and_rollback_by_clicks(site: "tuple[ControllerProcess, str]", page: Any) -> None:
    controller, link = site
    page.goto(f"{link}rollouts")
    page.get_by_text("New rollout", exact=True).click()
    page.get_by_label("Waves").fill("2, 100%")
    page.get_by_label("Precision").select_option("fp16")
    page.get_by_label("Soak").fill("10m")
    page.get_by_label("Probation").fill("1s")
    page.get_by_role("button", name="Preview the plan").click()
    page.get_by_text(f"{AGENTS} devices in waves of 2, {AGENTS - 2}").wait_for()
    page.get_by_role("button", name="Begin this rollout").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    page.get_by_text("Wave 1, the canary").wait_for()
    page.locator(".counts", has_text="2 committed").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("is watched; next decision").wait_for(timeout=PATIENCE_MS)

    order(page, "pause")
    stands(page, "paused")
    order(page, "resume")
    stands(page, "running")
    order(page, "rollback")
    stands(page, "rolled back")
    assert controller.query("SELECT state FROM rollouts") == [("rolled_back",)]
    page.get_by_role("cell", name="alice").first.wait_for()
    page.get_by_text("What was asked for").click()
    page.get_by_text("2, 100%").wait_for()


def test_a_controller_that_dies_is_told_and_one_that_returns_too(
    site: "tuple[ControllerProcess, str]", page: Any
) -> None:
    controller, link = site
    page.goto(f"{link}fleet")
    page.get_by_text(f"{AGENTS} devices").wait_for()
    controller.kill()
    page.get_by_text(re.compile("unknown since")).wait_for(timeout=PATIENCE_MS)
    page.get_by_text("The controller does not answer.").wait_for()
    controller.until_connected()
    page.get_by_text(f"{AGENTS} devices").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("The controller does not answer.").wait_for(state="hidden")
    assert "unknown since" not in page.inner_text("body")
