"""A device's page: its tabs by their addresses, a free range of its history, and a command as it goes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from controller_messages import DEVICE
from fer_controller.desk import access
from fer_controller.operations.labels import RELABEL
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store.commands.records import EXPIRE, SEND, Move
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.credentials.records import VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

LATER = "2026-01-31T13:05:00.000Z"
TABS = {
    "now": ("Title and labels", "Events dropped"),
    "history": ("Drag over a chart", "frames/s"),
    "events": ("There are some without", "Newest events"),
    "cameras": ("door", "p95 ms"),
    "rollouts": ("It was in no rollout yet.",),
    "settings": ("has reported no settings",),
    "logs": (f"{DEVICE} goes well.", "Ask for the last hour"),
    "commands": ("logs", "root@here"),
    "audit": ("Nothing was done to it yet.",),
}
FOR_OPERATORS = ("Logs", "Commands", "Audit")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("device")) as served:
        yield served.begin_a_rollout()


def opened(page: Any, fleet: ServedFleet, view: str, token: "str | None" = None) -> Any:
    page.goto(f"{fleet.url}/#token={token or fleet.token}/{view}")
    return page


def shows(page: Any, *words: str) -> None:
    for word in words:
        page.get_by_text(re.compile(re.escape(word))).first.wait_for()


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_stands_in_the_address(page: Any, fleet: ServedFleet, tab: str) -> None:
    opened(page, fleet, f"fleet/{DEVICE}?tab={tab}")
    shows(page, *TABS[tab])
    assert page.locator(".tabs [aria-current]").inner_text().lower() == tab


def test_tabs_are_turned_by_clicks_and_going_back_turns_back(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, "fleet/orin-05")
    page.get_by_role("navigation", name="About orin-05").get_by_role("link", name="Rollouts").click()
    shows(page, "Was to run", "tiny@1.0.0/fp32", "planned")
    page.get_by_role("link", name="Settings").click()
    page.go_back()
    shows(page, "Was to run")


def test_a_viewer_sees_no_tab_and_no_action_of_operators(page: Any, fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "victor", VIEWER, datetime.now(UTC), replace=True).token
    opened(page, fleet, f"fleet/{DEVICE}?tab=logs", token)
    shows(page, "Events dropped", "It has no labels.")
    assert not page.get_by_role("group", name="Actions").count()
    assert not page.get_by_label("Title").count()
    titles = page.locator(".tabs a").all_inner_texts()
    assert not set(FOR_OPERATORS) & set(titles)
    assert "History" in titles


def test_the_history_is_of_a_free_range_with_chosen_figures_in_one(page: Any, fleet: ServedFleet) -> None:
    view = f"fleet/{DEVICE}?tab=history&from=2026-01-31T12:30:00.000Z&to=2026-01-31T13:30:00.000Z"
    opened(page, fleet, view)
    shows(page, "in 1 of 60 minutes")
    page.get_by_text("Figures", exact=True).click()
    chosen = page.locator(".menu input:checked")
    while chosen.count() > 2:
        chosen.nth(2).uncheck()
    page.get_by_label("Show").select_option("together")
    page.get_by_role("img", name=re.compile("^Figures together")).wait_for()
    assert "figures=" in page.url
    assert "show=together" in page.url
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("img", name=re.compile("^Figures together: .*; in 1 of 60 minutes")).wait_for()
    other.get_by_role("button", name="Back to the span").click()
    other.get_by_text(re.compile("in 0 of 60 minutes")).wait_for()


def test_dragging_over_a_chart_looks_closer(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, f"fleet/{DEVICE}?tab=history&from=2026-01-31T07:00:00.000Z&to=2026-01-31T19:00:00.000Z")
    place = page.locator(".chart .u-over").first
    place.wait_for()
    box = place.bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 20, steps=5)
    page.mouse.up()
    page.get_by_text(re.compile(r"in 1 of 1\d\d minutes")).first.wait_for()


def test_a_command_is_followed_until_it_has_expired(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, "fleet/orin-05")
    page.get_by_role("button", name="Doctor").click()
    asked = page.get_by_role("region", name="Command")
    asked.locator(".state.asked").wait_for()
    shows(page, "No controller has sent it yet", "asked by alice")
    store, id_ = CommandStore(fleet.database), re.search(r"command=(\w+)", page.url)
    assert id_ is not None
    assert store.move(id_[1], Move(SEND, LATER))
    asked.locator(".state.sent").wait_for()
    assert store.move(id_[1], Move(EXPIRE, LATER, reason="The device did not answer in time."))
    asked.locator(".state.expired").wait_for()
    shows(page, "The device did not answer in time.")
    page.get_by_role("link", name="Commands").click()
    page.get_by_role("row").get_by_text("expired").wait_for()


def test_what_is_asked_too_often_is_refused_in_a_sentence(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, "fleet/orin-06")
    button = page.get_by_role("button", name="Doctor")
    for _ in range(8):
        with page.expect_response(re.compile("/v1/devices/orin-06/commands")):
            button.click()
        page.get_by_role("region", name="Command").wait_for()
    button.click()
    shows(page, "orin-06 has 8 commands before it")


def test_what_is_called_otherwise_keeps_its_name(page: Any, fleet: ServedFleet) -> None:
    with fleet.near() as desk:
        desk.ask(RELABEL, Relabel(devices=("orin-07",), labels=("title=Gate <b>9</b>",)))
    opened(page, fleet, "fleet")
    shows(page, "Gate <b>9</b>")
    page.get_by_role("link", name="orin-07").click()
    page.get_by_role("heading", name="Gate <b>9</b>").wait_for()
    shows(page, "orin-07")


def test_one_that_nobody_heard_of_leads_back(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, "fleet/ghost")
    shows(page, "No device called ghost has been heard of.", "See all devices.")


def test_what_was_seen_by_a_clock_that_is_a_little_ahead_is_now(page: Any, fleet: ServedFleet) -> None:
    opened(page, fleet, "models")
    page.get_by_text("tiny@1").first.wait_for()
    told = page.evaluate(
        """async () => {
            const { ago } = await import("/dashboard/wording.js");
            const at = (aheadS) => ago(new Date(Date.now() + 1000 * aheadS).toISOString());
            return [at(0), at(3), at(9), at(61), at(-5)];
        }"""
    )
    assert told[:3] == ["now", "now", "now"]
    assert told[3] == "in 1 min"
    assert told[4] in ("4 s ago", "5 s ago", "6 s ago")
