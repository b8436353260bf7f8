"""The audit log by clicks: filtered, turned page by page, sent as a link, and closed to viewers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fer_controller.desk import access
from fer_controller.rollout import audit
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.credentials.records import VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

LABELLED = 120
BY_BOB = "bob labels orin-01: shelf=7."


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("audit")) as served:
        log = AuditStore(served.database, audit.HERE)
        log.append([audit.act(audit.REVOKED, "bob revokes orin-02.", "bob", device="orin-02")])
        log.append(
            audit.act(audit.LABELED, f"carol labels orin-0{number % 10}.", "carol", device=f"orin-0{number % 10}")
            for number in range(LABELLED)
        )
        log.append([audit.act(audit.LABELED, BY_BOB, "bob", device="orin-01")])
        yield served


@pytest.fixture
def log(page: Any, fleet: ServedFleet) -> Any:
    page.goto(f"{fleet.url}/#token={fleet.token}/audit")
    page.get_by_text(BY_BOB).wait_for()
    return page


def sentences(page: Any) -> list[str]:
    return [str(text) for text in page.locator("td.why").all_inner_texts()]


def test_who_and_what_are_chosen_among_those_there_are_and_sent_as_a_link(log: Any) -> None:
    log.get_by_label("Who").select_option("bob")
    log.get_by_text("bob revokes orin-02.").wait_for()
    log.get_by_label("What").select_option("labeled")
    log.get_by_text("bob revokes orin-02.").wait_for(state="hidden")
    assert sentences(log) == [BY_BOB]
    other = log.context.new_page()
    other.goto(log.url)
    other.get_by_text(BY_BOB).wait_for()
    assert sentences(other) == [BY_BOB]
    assert other.get_by_label("Who").input_value() == "bob"


def test_pages_lead_back_in_time_and_to_the_newest(log: Any) -> None:
    newest = sentences(log)
    log.get_by_role("button", name="Older").click()
    log.get_by_text(BY_BOB).wait_for(state="hidden")
    log.locator("[aria-busy=false]").wait_for()
    older, address = sentences(log), log.url
    assert (len(newest), len(older)) == (50, 50)
    log.go_back()
    log.get_by_text(BY_BOB).wait_for()
    log.goto(address)
    log.locator("[aria-busy=false]").wait_for()
    assert sentences(log) == older
    log.get_by_role("button", name="Newest").click()
    log.get_by_text(BY_BOB).wait_for()


def test_words_a_device_and_a_time_find_entries_and_nothing_leads_back(log: Any) -> None:
    log.get_by_label("Words").fill("SHELF")
    log.get_by_text("carol labels").first.wait_for(state="hidden")
    assert sentences(log) == [BY_BOB]
    log.get_by_label("Device").fill("orin-09")
    log.get_by_text("Nothing that was done matches.").wait_for()
    log.locator("p.empty").get_by_role("button", name="Show all").click()
    log.get_by_text("carol labels").first.wait_for()
    log.get_by_label("Until").fill("2020-01-31T12:00")
    log.get_by_text("Nothing that was done matches.").wait_for()
    assert re.search(r"until=20(19|20)-\d\d-\d\dT\d\d%3A\d\d%3A00.000Z", log.url)


def test_a_search_by_words_goes_on_in_older_entries(log: Any) -> None:
    def answered(route: Any) -> None:
        if "/names" in route.request.url:
            route.fulfill(json={"actors": [], "actions": [], "searched": 100})
        elif "text=" in route.request.url and "before_id" not in route.request.url:
            route.fulfill(json=[])
        else:
            route.continue_()

    log.route("**/v1/audit*", answered)
    log.route("**/v1/audit/names", answered)
    log.get_by_label("Words").fill("bob revokes")
    log.get_by_text("These words were looked for in 100 entries; there are older ones.").wait_for()
    log.get_by_role("button", name="Older").click()
    log.get_by_text("bob revokes orin-02.").wait_for()
    assert not log.get_by_role("button", name="Older").is_enabled()


def test_a_filter_that_is_wrong_is_told(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/audit?since=noon")
    page.get_by_text("'noon' is not a time").first.wait_for()


def test_a_viewer_is_told_that_it_is_not_theirs_and_nothing_is_asked(page: Any, fleet: ServedFleet) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    token = access.make(fleet.operators, "victor", VIEWER, datetime.now(UTC)).token
    page.goto(f"{fleet.url}/#token={token}/audit")
    page.get_by_text("Operators and administrators read the audit log").wait_for()
    assert not any("/v1/audit" in url for url in asked)
