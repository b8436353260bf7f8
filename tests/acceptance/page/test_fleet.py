"""The fleet's table with ten thousand devices: found by clicks, sent as a link, and acted on several at once."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from controller_messages import AT, a_batch
from fer_controller.operations.labels import LABELS, LabelsQuery
from fer_controller.store import opening
from fer_controller.store.devices.records import Device
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

OTHERS = 9989
ALL = "10,000 devices"
MOST_BYTES = 50_000
PAGE = 50


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("large")) as served:
        states = ("online", "online", "online", "offline")
        others = [
            Device(f"dev-{number:05}", states[number % 4], "run-1", since=AT, last_seen=AT) for number in range(OTHERS)
        ]
        with opening.writer(served.settings.db) as database:
            opening.ingest(database, 1000).write(a_batch(devices=others))
        yield served


@pytest.fixture
def table(page: Any, fleet: ServedFleet) -> Any:
    page.goto(f"{fleet.url}/#token={fleet.token}/fleet")
    page.get_by_text(ALL).wait_for()
    return page


def rows(page: Any) -> list[str]:
    return [str(name) for name in page.locator("tbody th").all_inner_texts()]


def test_a_page_of_ten_thousand_devices_is_small(table: Any) -> None:
    with table.expect_response(re.compile("/v1/fleet")) as asked:
        table.reload()
    assert int(asked.value.request.sizes()["responseBodySize"]) <= MOST_BYTES
    table.get_by_text(ALL).wait_for()
    assert len(rows(table)) == PAGE


def test_what_is_filtered_sorted_and_turned_can_be_sent_as_a_link(table: Any) -> None:
    table.get_by_role("checkbox", name=re.compile("^offline")).check()
    table.get_by_text(" of 10,000 devices").wait_for()
    table.get_by_role("button", name="Device").click()
    table.locator("tbody th").get_by_text("dev-09987").wait_for()
    table.get_by_role("button", name="Next").click()
    table.get_by_text(re.compile("51–100 of")).wait_for()
    table.locator(".sieved[aria-busy=false]").wait_for()
    seen, address = rows(table), table.url
    other = table.context.new_page()
    other.goto(address)
    other.get_by_text(re.compile("51–100 of")).wait_for()
    assert rows(other) == seen


def test_a_search_that_finds_nothing_leads_back(table: Any) -> None:
    table.get_by_role("searchbox").fill("nowhere")
    table.get_by_text("No device matches.").wait_for()
    table.get_by_text("No device matches.").get_by_role("button").click()
    table.get_by_text(ALL).wait_for()


def test_chosen_columns_are_kept(table: Any) -> None:
    table.get_by_text("Columns", exact=True).click()
    table.get_by_role("checkbox", name="Provider").check()
    table.get_by_role("columnheader", name="Provider").wait_for()
    table.goto(f"{table.url.partition('#')[0]}#fleet")
    table.get_by_role("columnheader", name="Provider").wait_for()


def test_several_that_are_marked_get_a_label_at_once(table: Any, fleet: ServedFleet) -> None:
    table.get_by_role("searchbox").fill("orin-0")
    table.get_by_text("10 of 10,000 devices").wait_for()
    table.get_by_role("checkbox", name="Mark orin-07").check()
    table.get_by_role("checkbox", name="Mark orin-08").check()
    table.get_by_text("2 devices marked").wait_for()
    table.get_by_label("Label", exact=True).fill("room=cellar")
    table.get_by_role("button", name="Set").click()
    table.get_by_text("2 devices labelled room=cellar.").wait_for()
    with fleet.near() as desk:
        found = desk.ask(LABELS, LabelsQuery(devices=("orin-07", "orin-08")))
    assert [each.labels for each in found] == [{"room": "cellar"}] * 2


def test_a_rollout_begins_with_those_that_are_marked(table: Any) -> None:
    table.get_by_role("searchbox").fill("orin-0")
    table.get_by_text("10 of 10,000 devices").wait_for()
    table.get_by_role("checkbox", name="Mark orin-01").check()
    table.get_by_role("button", name="New rollout").click()
    table.get_by_label("Devices").wait_for()
    assert table.get_by_label("Devices").input_value() == "orin-01"
    table.get_by_role("button", name="Preview the plan").click()
    table.get_by_text(re.compile(r"tiny@1\.0\.0: 1 device")).wait_for()


def test_a_viewer_marks_nothing(page: Any, fleet: ServedFleet) -> None:
    from datetime import UTC, datetime

    from fer_controller.desk import access
    from fer_controller.store.credentials.records import VIEWER

    token = access.make(fleet.operators, "victor", VIEWER, datetime.now(UTC)).token
    page.goto(f"{fleet.url}/#token={token}/fleet")
    page.get_by_text(ALL).wait_for()
    assert page.get_by_role("checkbox", name=re.compile("^Mark")).count() == 0


@pytest.mark.parametrize("width", [820, 390])
def test_cards_are_marked_as_rows_are(table: Any, width: int) -> None:
    table.set_viewport_size({"width": width, "height": 844})
    table.get_by_role("searchbox").fill("orin-0")
    table.get_by_role("checkbox", name="Mark orin-07").check()
    table.get_by_text("1 device marked").wait_for()
