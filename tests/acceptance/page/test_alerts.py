"""Alerts on the page: the number in the navigation, looking after one, silences, what is over, and the rules."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from controller_messages import AT
from fer_controller.desk import access
from fer_controller.operations.alerts import SILENCES
from fer_controller.operations.operation import Nothing
from fer_controller.store import opening
from fer_controller.store.alerts.records import Alert
from fer_controller.store.alerts.store import AlertStore
from fer_controller.store.credentials.records import OPERATOR, VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def shown(page: Any, fleet: ServedFleet, token: str, query: str = "") -> Any:
    page.goto(f"{fleet.url}/#token={token}/alerts{query}")
    page.get_by_role("region", name="Alerts").wait_for()
    return page


def row(page: Any, device: str) -> Any:
    return page.get_by_role("region", name="Alerts").get_by_role("row", name=device)


def test_the_navigation_says_how_many_are_raised(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/models")
    page.locator("header nav .badge", has_text="2").wait_for()
    assert page.locator("header .badge").get_attribute("title") == "2 alerts, 0 looked after"


def test_an_operator_looks_after_an_alert(page: Any, fleet: ServedFleet) -> None:
    shown(page, fleet, fleet.token)
    row(page, "orin-03").get_by_role("button", name="Look after it").click()
    row(page, "orin-03").get_by_text("alice,").wait_for()
    page.get_by_text("You look after this: It is offline since noon.").wait_for()
    assert row(page, "nano-01").get_by_role("button", name="Look after it").count() == 1


def test_a_time_in_a_sentence_is_told_by_the_clock_of_the_browser(page: Any, fleet: ServedFleet) -> None:
    since = "2026-01-31T11:30:00.000Z"
    alert = Alert("offline", "orin-04", "raised", f"It is offline since {since}.", AT, AT, "orin-04", raised_at=AT)
    with opening.writer(fleet.settings.db) as database:
        AlertStore(database).begin(alert)
    shown(page, fleet, fleet.token)
    told = row(page, "orin-04").locator(".why")
    assert told.locator("time").get_attribute("datetime") == since
    assert told.inner_text().startswith("It is offline since 31 Jan 2026, ")


def test_an_operator_silences_a_device_for_a_while_and_ends_it(page: Any, fleet: ServedFleet) -> None:
    shown(page, fleet, fleet.token)
    row(page, "orin-03").get_by_role("button", name="Silence").click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_label("Devices").input_value() == "device=orin-03"
    dialog.get_by_role("combobox", name="For").select_option("1 day")
    dialog.get_by_label("Reason").fill("electrician")
    dialog.get_by_role("button", name="Silence").click()
    dialog.wait_for(state="hidden")
    row(page, "orin-03").get_by_role("button", name="Silence").wait_for(state="hidden")
    silences = page.get_by_role("region", name="Silences")
    held = silences.get_by_role("row", name="electrician")
    held.wait_for()
    with fleet.near() as desk:
        made = desk.ask(SILENCES, Nothing())[0]
    assert (made.rule, made.selector, made.made_by) == ("offline", "device=orin-03", "alice")
    held.get_by_role("button", name="End it").click()
    held.wait_for(state="hidden")


def test_a_silence_of_no_devices_is_refused_in_the_dialog(page: Any, fleet: ServedFleet) -> None:
    shown(page, fleet, fleet.token)
    page.locator("main > .bar").get_by_role("button", name="Silence").click()
    page.get_by_role("dialog").get_by_label("Devices").fill("lab")
    page.get_by_role("dialog").get_by_role("button", name="Silence").click()
    page.get_by_role("dialog").get_by_text("'lab' is not a selector").wait_for()


def test_what_is_over_is_shown_on_demand(page: Any, fleet: ServedFleet) -> None:
    shown(page, fleet, fleet.token)
    assert page.get_by_text("Late.").count() == 0
    page.get_by_role("combobox", name="Show").select_option("what is over, too")
    row(page, "Ingest behind").get_by_text("Late.").wait_for()
    assert page.url.endswith("#alerts?show=over")


def test_the_rules_are_shown_as_they_are_set(page: Any, fleet: ServedFleet) -> None:
    shown(page, fleet, fleet.token)
    page.get_by_text("Rules, as the controller’s settings have them").click()
    page.get_by_text("alerts.offline_for_s = 600").wait_for()
    page.get_by_text("a device is offline or silent for this long").wait_for()


@pytest.mark.parametrize(("role", "selector", "buttons"), [(VIEWER, "", 0), (OPERATOR, "site=lab", 1)])
def test_who_may_not_sees_no_buttons(page: Any, fleet: ServedFleet, role: str, selector: str, buttons: int) -> None:
    token = access.make(fleet.operators, "victor", role, datetime.now(UTC), selector=selector).token
    shown(page, fleet, token)
    assert page.get_by_role("button", name="Look after it").count() == buttons
    assert page.get_by_role("button", name="Silence").count() == 0
    assert page.get_by_role("button", name="End it").count() == 0
