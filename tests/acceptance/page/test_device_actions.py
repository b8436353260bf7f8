"""What is done to devices by clicks, with a real controller and broker, and simulated devices that answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controller_process import ControllerProcess, eventually, run
from real_broker import Mosquitto, free_port
from simulated_fleet import SimulatedFleet

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

AGENTS = 3
DEVICE = "sim-0001"
PATIENCE_S, PATIENCE_MS = 120.0, 60_000


class Site:
    """A controller that can sign, three devices, and the page of an operator."""

    def __init__(self, folder: Path, broker: Mosquitto, page: Any) -> None:
        place = f"127.0.0.1:{free_port()}"
        self.page, self.controller = page, ControllerProcess(folder / "fleet.db", broker.url, "--http", place)
        self.controller.until_connected()
        db = ("--db", str(self.controller.db))
        assert run("models", "keygen", *db).returncode == 0
        token = run("operators", "add", "alice", "--role", "operator", *db).stdout.strip()
        self.devices = SimulatedFleet(folder, broker.url, AGENTS, "--events-per-s", "0", "--telemetry-s", "1")
        self.devices.start()
        eventually(lambda: len(self.asked("SELECT device FROM devices")) == AGENTS, "all are heard of", PATIENCE_S)
        page.goto(f"http://{place}/#token={token}/fleet/{DEVICE}")
        page.get_by_role("heading", name=DEVICE).wait_for(timeout=PATIENCE_MS)

    def asked(self, sql: str) -> "list[tuple[Any, ...]]":
        return self.controller.query(sql)

    def take(self, action: str, *, typed: str = "", why: str = "") -> None:
        """Click it, and agree; what asks for a name is not to be had without it."""
        self.page.get_by_role("group", name="Actions").get_by_role("button", name=action, exact=True).click()
        dialog = self.page.get_by_role("dialog")
        deed = dialog.get_by_role("button", name=action, exact=True)
        if typed:
            assert deed.is_disabled()
            dialog.get_by_label(re.compile("^Type")).fill(typed)
        if why:
            dialog.get_by_label(re.compile("^Why")).fill(why)
        deed.click()

    def ask(self, action: str) -> Any:
        """Click what asks nothing, and wait for the answer."""
        self.page.get_by_role("group", name="Actions").get_by_role("button", name=action, exact=True).click()
        return self.answered()

    def answered(self) -> Any:
        told = self.page.get_by_role("region", name="Command")
        told.locator(".state.answered").wait_for(timeout=PATIENCE_MS)
        return told

    def end(self) -> None:
        self.devices.kill()
        self.controller.kill()


@pytest.fixture
def site(mosquitto: Mosquitto, tmp_path: Path, page: Any) -> Iterator[Site]:
    made = Site(tmp_path, mosquitto, page)
    yield made
    made.end()


def test_a_device_is_asked_restarted_and_diagnosed(site: Site, tmp_path: Path) -> None:
    page = site.page
    site.take("Restart agent")
    site.answered().get_by_text("The agent runs anew.").wait_for()
    site.ask("Doctor").get_by_text("It is simulated as").wait_for()
    with page.expect_download() as saved:
        site.ask("Diagnose").get_by_role("button", name="Download the bundle").click()
    saved.value.save_as(tmp_path / "bundle.json")
    bundle = json.loads((tmp_path / "bundle.json").read_bytes())
    assert {"findings", "settings", "versions", "telemetry", "log"} <= bundle.keys()
    page.get_by_role("link", name="Logs").click()
    page.get_by_role("button", name="Ask for the last hour").click()
    page.get_by_label("Log", exact=True).get_by_text("The agent stops in order.").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Commands").click()
    page.get_by_role("table").get_by_text("diagnose").wait_for()
    kinds = [kind for (kind,) in site.asked("SELECT kind FROM commands ORDER BY asked_at")]
    assert kinds == ["restart", "doctor", "diagnose", "logs"]
    actors = {actor for (actor,) in site.asked("SELECT actor FROM audit WHERE action = 'commanded'")}
    assert actors == {"alice"}


def test_a_device_is_called_labelled_put_aside_and_released(site: Site) -> None:
    page = site.page
    page.get_by_label("Title").fill("Door, second floor")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("heading", name="Door, second floor").wait_for()
    page.get_by_label("Label", exact=True).fill("site=lab")
    page.get_by_role("button", name="Set").click()
    page.get_by_text("site=lab").wait_for()
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("heading", name=DEVICE).wait_for()
    site.take("Quarantine", why="it is being moved")
    page.get_by_text("In quarantine: it is being moved").wait_for()
    site.take("Release")
    page.get_by_text("It is released.").wait_for()
    actions = [action for (action,) in site.asked("SELECT action FROM audit WHERE actor = 'alice' ORDER BY id")]
    assert [each for each in actions if each != "signed_in"] == [
        "labeled", "labeled", "labeled", "quarantined", "released",
    ]  # fmt: skip


def test_a_device_is_revoked_and_forgotten_by_its_name(site: Site) -> None:
    page = site.page
    site.take("Revoke", typed=DEVICE, why="it was stolen")
    page.get_by_text(re.compile("It had no token; 0 certificates revoked.")).wait_for()
    page.locator(".bar .state.revoked").wait_for()
    (sentence,) = site.asked("SELECT sentence FROM audit WHERE action = 'revoked'")
    assert "it was stolen" in sentence[0]
    site.take("Forget", typed=DEVICE)
    page.get_by_text(re.compile(f"{DEVICE} is online, and would be back")).wait_for()
    site.devices.stop()
    left = "SELECT 1 FROM devices WHERE device = 'sim-0002' AND state = 'offline'"
    eventually(lambda: site.asked(left), "the devices have left", PATIENCE_S)
    page.goto(page.url.replace(DEVICE, "sim-0002"))
    page.get_by_role("heading", name="sim-0002").wait_for()
    site.take("Forget", typed="sim-0002")
    page.get_by_role("heading", name="Fleet").wait_for()
    assert not site.asked("SELECT 1 FROM devices WHERE device = 'sim-0002'")


def test_marked_devices_are_restarted_and_what_became_of_each_is_shown(site: Site) -> None:
    page = site.page
    page.goto(f"{page.url.partition('#')[0]}#fleet")
    for name in ("sim-0001", "sim-0002"):
        page.get_by_role("checkbox", name=f"Mark {name}").check()
    page.get_by_role("button", name="Restart agents").click()
    page.get_by_role("dialog").get_by_role("button", name="restart").click()
    restarts = page.get_by_role("region", name="Restarts")
    restarts.locator(".state.answered").nth(1).wait_for(timeout=PATIENCE_MS)
    assert restarts.locator(".state").all_inner_texts() == ["answered", "answered"]
