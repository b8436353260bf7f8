"""The explorer of events: every filter, what a wrong and an empty one say, the way back in time, zoom and files."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from controller_messages import START, a_batch, an_event
from fer_controller.http.exports import ExportQuery
from fer_controller.operations.events import NEWEST_EVENTS, NewestEventsQuery
from fer_controller.store import opening
from fer_controller.store.rollups.store import RollupStore
from fer_wire.message import iso_utc
from pyarrow import parquet
from served_fleet import EVENTS, ServedFleet

pytestmark = pytest.mark.browser

LAB, IN_THE_LAB, UNCERTAIN, MORE = "orin-03", 7, 2, 120
FILTERS = set(ExportQuery.model_fields) - {"form", "since", "until"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("events")) as served:
        events = [
            an_event(
                seq,
                LAB,
                emotion="fear",
                kind="start",
                confidence=0.9,
                time=START + timedelta(hours=2, minutes=seq),
                uncertain=seq <= UNCERTAIN,
            )
            for seq in range(1, IN_THE_LAB + 1)
        ]
        older = [
            an_event(seq, "nano-02", epoch="early", time=START - timedelta(days=9, seconds=seq))
            for seq in range(1, MORE)
        ]
        with opening.writer(served.settings.db) as database:
            opening.ingest(database, 1000).write(a_batch(*events, *older))
            RollupStore(database).roll_up_events(1000)
        yield served


@pytest.fixture
def show(page: Any, fleet: ServedFleet) -> Any:
    """Opens the view with a query."""

    def opened(query: str = "since=any") -> Any:
        page.goto(f"{fleet.url}/#token={fleet.token}/events?{query}")
        page.get_by_role("heading", name="Events", exact=True).wait_for()
        return page

    return opened


def listed(page: Any) -> Any:
    return page.get_by_role("region", name="Events", exact=True)


def address(page: Any) -> "dict[str, str]":
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).fragment.partition("?")[2]).items()}


def test_there_is_a_field_for_every_filter_that_the_server_has(show: Any) -> None:
    page = show()
    listed(page).wait_for()
    assert page.locator(".sieve .field").count() == len(FILTERS)


def test_a_filter_that_the_server_learns_is_there_by_itself(page: Any, fleet: ServedFleet) -> None:
    def taught(route: Any) -> None:
        api = route.fetch().json()
        smiling = {"name": "smiling", "description": "Only smiles.", "schema": {"anyOf": [{"type": "boolean"}]}}
        api["paths"]["/v1/export/events"]["get"]["parameters"].append(smiling)
        route.fulfill(json=api)

    page.route(re.compile("openapi.json"), taught)
    page.goto(f"{fleet.url}/#token={fleet.token}/events?since=any")
    page.get_by_role("combobox", name="Smiling").select_option("true")
    page.wait_for_function("() => location.hash.includes('smiling=true')")


def test_filters_stand_in_the_address_and_a_colleague_sees_the_same(show: Any) -> None:
    page = show()
    page.get_by_role("combobox", name="Emotion").select_option("fear")
    page.get_by_label("Labels").fill("site=lab")
    page.get_by_label("Confidence from").fill("0.8")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.querySelectorAll('[aria-label=Events] tbody tr').length === 7")
    assert address(page) == {"since": "any", "emotion": "fear", "selector": "site=lab", "min_confidence": "0.8"}
    other = page.context.new_page()
    other.goto(page.url)
    listed(other).wait_for()
    assert other.locator("[aria-label=Events] tbody tr").count() == IN_THE_LAB


@pytest.mark.parametrize(("answer", "expected"), [("true", UNCERTAIN), ("false", IN_THE_LAB - UNCERTAIN)])
def test_what_a_device_is_not_certain_of_is_marked_and_found(show: Any, answer: str, expected: int) -> None:
    page = show()
    page.get_by_role("combobox", name="Uncertain").select_option(answer)
    page.wait_for_function(f"() => document.querySelectorAll('[aria-label=Events] tbody tr').length === {expected}")
    assert listed(page).get_by_text("90 % (uncertain)").count() == (expected if answer == "true" else 0)


def test_what_is_being_typed_stays_while_events_arrive(show: Any, fleet: ServedFleet) -> None:
    page = show()
    page.get_by_label("Camera").fill("do")
    with opening.writer(fleet.settings.db) as database:
        opening.ingest(database, 1000).write(a_batch(an_event(9000, "orin-09", camera="cellar")))
    listed(page).get_by_text("cellar").wait_for()
    assert page.get_by_label("Camera").input_value() == "do"
    assert "camera" not in address(page)


def test_an_empty_result_says_which_filter_to_loosen(show: Any) -> None:
    page = show("since=any&device=nano-02&emotion=fear&camera=door")
    page.get_by_text("No event matches. There are some without").wait_for()
    assert page.get_by_role("button", name="camera").count() == 0
    page.get_by_role("button", name="device “nano-02”").click()
    listed(page).get_by_text(LAB).first.wait_for()
    assert address(page) == {"since": "any", "emotion": "fear", "camera": "door"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("selector=lab", "'lab' is not a selector"),
        ("min_confidence=2", "Input should be less than or equal to 1."),
        ("track=first", "Input should be a valid integer"),
    ],
)
def test_a_wrong_filter_is_one_sentence_at_its_field(show: Any, query: str, sentence: str) -> None:
    page = show(query)
    alert = page.locator(".sieve .field", has=page.locator("[aria-invalid=true]")).get_by_role("alert")
    alert.get_by_text(sentence).wait_for()
    assert page.get_by_text(sentence).count() == 1
    page.get_by_role("button", name="Clear filters").click()
    alert.wait_for(state="hidden")


def test_a_wrong_time_is_told_beside_the_times(show: Any) -> None:
    show("since=soon").get_by_text("From: 'soon' is not a time").wait_for()


def test_pages_go_back_in_time_and_forth(show: Any) -> None:
    page = show("since=any&device=nano-02&until=2026-01-25T00:00Z")
    first = listed(page).locator("tbody th").first
    first.wait_for()
    newest = first.inner_text()
    for _ in range(2):
        before = first.inner_text()
        page.get_by_role("button", name="Earlier").click()
        page.wait_for_function(
            "before => document.querySelector('[aria-label=Events] tbody th').innerText !== before", arg=before
        )
    assert page.get_by_role("button", name="Earlier").is_disabled()
    assert listed(page).locator("tbody tr").count() == (MORE - 1) % 50
    page.reload()
    page.get_by_role("button", name="Newest").click()
    page.get_by_role("heading", name="Newest events").wait_for()
    listed(page).get_by_text(newest).first.wait_for()


def test_a_chart_is_zoomed_where_it_is_dragged_and_there_is_a_way_back(show: Any) -> None:
    page = show("since=2026-01-31T12:00:00.000Z&until=2026-01-31T18:00:00.000Z")
    over = page.locator(".u-over").first
    box = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20, steps=5)
    page.mouse.up()
    page.wait_for_function("() => !location.hash.includes('since=2026-01-31T12')")
    zoomed = address(page)
    assert "2026-01-31T13" < zoomed["since"] < "2026-01-31T14" < zoomed["until"] < "2026-01-31T16"
    page.go_back()
    page.wait_for_function("() => location.hash.includes('since=2026-01-31T12')")


def test_shares_are_told_by_label(show: Any) -> None:
    page = show("since=2026-01-31T00:00:00.000Z&until=2026-02-01T00:00:00.000Z&by=site")
    shares = page.get_by_role("region", name="Emotions in this time")
    shares.get_by_role("row", name="lab").wait_for()
    lab = shares.get_by_role("row", name="lab 7").inner_text()
    assert ("100 %" in lab, "29 %" in lab) == (True, True)
    assert shares.locator("tbody tr").count() == len({"lab", "without site"})
    assert page.locator("figure.chart").count() == len({"lab", "without site"})


def test_a_share_of_uncertain_events_is_of_devices_that_say_so(show: Any) -> None:
    since = "since=2026-01-20T00:00:00.000Z&until=2026-02-01T00:00:00.000Z"
    everybody = show(since).get_by_role("region", name="Emotions in this time")
    everybody.get_by_role("cell", name=f"29 % of {IN_THE_LAB}").wait_for()
    by_site = show(f"{since}&by=site").get_by_role("region", name="Emotions in this time")
    silent = by_site.get_by_role("row", name="without site")
    silent.get_by_role("cell", name="not told").wait_for()


def test_a_long_time_is_drawn_by_the_day(show: Any) -> None:
    asked: list[str] = []
    page = show("since=2026-01-31T00:00:00.000Z&until=2026-02-01T00:00:00.000Z")
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("() => { location.hash = 'events?since=2025-02-01T00:00:00.000Z&until=2026-02-01T00:00:00.000Z'; }")
    page.get_by_text("Each bar is a day in UTC.").wait_for()
    shares = page.get_by_role("region", name="Emotions in this time").get_by_role("row", name="all devices")
    assert str(EVENTS + IN_THE_LAB + MORE - 1) in shares.inner_text().split()
    assert any("per=day" in url for url in asked)


@pytest.mark.parametrize("form", ["CSV", "Parquet"])
def test_a_file_holds_what_is_shown(show: Any, fleet: ServedFleet, tmp_path: Path, form: str) -> None:
    page = show("since=any&selector=site%3Dlab&min_confidence=0.5")
    listed(page).wait_for()
    with page.expect_download() as saving:
        page.get_by_role("button", name=f"Download {form}").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    page.get_by_text(f"{file.name} is saved.").wait_for()
    rows = (
        parquet.read_table(file).to_pylist()
        if form == "Parquet"
        else list(csv.DictReader(file.read_text().splitlines()))
    )
    with fleet.near() as desk:
        found = desk.ask(NEWEST_EVENTS, NewestEventsQuery(selector="site=lab", min_confidence=0.5))
    assert [int(row["seq"]) for row in rows] == [event.seq for event in found.events]
    assert len(rows) == listed(page).locator("tbody tr").count() == IN_THE_LAB


def test_what_no_file_can_be_made_of_is_told(show: Any) -> None:
    page = show()
    page.route(
        re.compile("/v1/export/"), lambda route: route.fulfill(status=503, json={"detail": "Try again in a while."})
    )
    page.get_by_role("button", name="Download CSV").click()
    page.get_by_text("Try again in a while.").wait_for()


def test_what_arrives_is_shown_where_it_matches(show: Any, fleet: ServedFleet) -> None:
    page = show("since=any&device=orin-07")
    page.get_by_text("No event matches.").wait_for()
    with opening.writer(fleet.settings.db) as database:
        opening.ingest(database, 1000).write(a_batch(an_event(1, "orin-08"), an_event(1, "orin-07", camera="roof")))
    listed(page).get_by_text("roof").wait_for()
    assert listed(page).get_by_text("orin-08").count() == 0


def test_the_last_hour_is_shown_first(show: Any) -> None:
    page = show("")
    page.get_by_text("No event matches. There are some without").wait_for()
    page.get_by_role("button", name="since “1h”").click()
    listed(page).get_by_text(LAB).first.wait_for()
    assert iso_utc(START)[:10] == "2026-01-31"


def test_a_devices_own_events_are_explored_in_its_tab(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/fleet/{LAB}?tab=events&since=any")
    listed(page).get_by_text(LAB).first.wait_for()
    assert listed(page).locator("tbody tr").count() == IN_THE_LAB
    assert page.locator(".sieve .field").count() == len(FILTERS) - len({"device", "selector"})
    page.get_by_role("combobox", name="Emotion").select_option("sad")
    page.get_by_text("No event matches. There are some without").wait_for()
    assert page.get_by_role("heading", name=LAB).is_visible()
