"""A rollout of settings that one person begins by clicks, with a start and a window, and another approves."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from driven_rollouts import driven
from fer_controller.desk import access
from fer_controller.store.credentials.records import OPERATOR, VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

BOB, EVE = "bob", "eve"
NIGHTS = "Mon-Fri 22:00-05:00 Europe/Berlin"
PATIENCE_MS = 60_000


@pytest.fixture
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    """Alice and bob are operators, eve is a viewer, and each rollout needs an approval."""
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as made, driven(made, approvals=1):
        yield made


def open_as(browser: Any, fleet: ServedFleet, token: str, view: str) -> Any:
    """The page in a browser of another person."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(f"{fleet.url}/#token={token}/{view}")
    return page


def token(fleet: ServedFleet, name: str, role: str) -> str:
    return access.make(fleet.operators, name, role, datetime.now(UTC)).token


def orders(page: Any) -> list[str]:
    page.get_by_text("What was decided").first.wait_for()
    return [
        str(name).lower() for name in page.get_by_role("group", name="Orders").get_by_role("button").all_inner_texts()
    ]


def begin(page: Any, fleet: ServedFleet) -> str:
    """Fill in the form for a setting alone, look at the plan, and begin; returns the rollout's address."""
    page.goto(f"{fleet.url}/#token={fleet.token}/rollouts?new=yes")
    page.get_by_label("Model").select_option("")
    page.get_by_label("Add a setting").select_option("events.heartbeat_s")
    page.get_by_label("Value of events.heartbeat_s").fill("12")
    page.get_by_label("Devices").fill("orin-05")
    page.get_by_label("Windows").fill(NIGHTS)
    page.get_by_label("Start").fill(f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Preview the plan").click()
    page.get_by_text(f"It tells devices within {NIGHTS}.").wait_for()
    page.get_by_text("events.heartbeat_s=12: 1 device in waves of 1").wait_for()
    page.get_by_role("button", name="Begin this rollout").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    page.get_by_text("Approved by nobody yet, of 1 who have to").wait_for(timeout=PATIENCE_MS)
    return str(page.url).partition("#")[2]


def test_one_begins_and_may_not_approve_a_viewer_sees_no_buttons_and_another_approves(
    browser: Any, page: Any, fleet: ServedFleet
) -> None:
    view = begin(page, fleet)
    assert orders(page) == ["refuse", "abort"]
    eve = open_as(browser, fleet, token(fleet, EVE, VIEWER), view)
    eve.get_by_text("Approved by nobody yet").wait_for()
    assert orders(eve) == []
    bob = open_as(browser, fleet, token(fleet, BOB, OPERATOR), view)
    bob.get_by_text("Approved by nobody yet").wait_for()
    assert orders(bob) == ["approve", "refuse", "abort"]
    bob.get_by_role("group", name="Orders").get_by_role("button", name="approve").click()
    bob.get_by_role("dialog").get_by_role("button", name="approve").click()
    bob.get_by_text("Approved by bob, of 1 who have to").wait_for(timeout=PATIENCE_MS)
    page.locator("main > .bar .state", has_text=re.compile("^scheduled$")).wait_for(timeout=PATIENCE_MS)
    page.get_by_text("; waits until").first.wait_for()
    page.get_by_text(re.compile("^It waits until .* Europe/Berlin")).first.wait_for()


def test_whoever_refuses_says_why(browser: Any, page: Any, fleet: ServedFleet) -> None:
    view = begin(page, fleet)
    bob = open_as(browser, fleet, token(fleet, BOB, OPERATOR), view)
    bob.get_by_role("group", name="Orders").get_by_role("button", name="refuse").click()
    bob.get_by_role("dialog").get_by_role("button", name="refuse").click()
    bob.get_by_role("dialog").get_by_label(re.compile("^Why")).fill("Not before the holidays.")
    bob.get_by_role("dialog").get_by_role("button", name="refuse").click()
    page.get_by_text("bob refused it: Not before the holidays.").first.wait_for(timeout=PATIENCE_MS)
    assert orders(page) == []


def test_axe_finds_nothing_in_the_form_with_a_setting_and_its_plan(page: Any, fleet: ServedFleet) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{fleet.url}/#token={fleet.token}/rollouts?new=yes")
    for name in ("events.heartbeat_s", "emotion.mirrored"):
        page.get_by_label("Add a setting").select_option(name)
    page.get_by_label("as on the device itself again").first.check()
    page.get_by_role("button", name="Preview the plan").click()
    page.get_by_role("heading", name="The plan").wait_for()
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
