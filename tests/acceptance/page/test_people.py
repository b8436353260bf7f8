"""Operators by clicks: added, changed, given another token, voided and removed, and nobody locked out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fer_controller.desk import access
from fer_controller.operations.fleet import ME, MeAnswer
from fer_controller.operations.operation import Nothing
from fer_controller.store.credentials.records import ADMIN, OPERATOR, VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


@pytest.fixture
def people(page: Any, fleet: ServedFleet) -> Any:
    """The view, as root sees it."""
    token = access.make(fleet.operators, "root", ADMIN, datetime.now(UTC)).token
    page.goto(f"{fleet.url}/#token={token}/people")
    row(page, "alice").wait_for()
    return page


def row(page: Any, name: str) -> Any:
    return page.locator(f"tr[data-key={name}]")


def order(page: Any, name: str, words: str, agreed: str = "") -> None:
    """Press a button of an operator, and agree."""
    row(page, name).get_by_role("button", name=words).click()
    page.get_by_role("dialog").get_by_role("button", name=agreed or words, exact=True).click()


def shown_token(page: Any) -> str:
    """The token that is shown, which is then closed."""
    field = page.get_by_role("dialog").get_by_label("Token")
    field.wait_for()
    token = str(field.input_value())
    page.get_by_role("button", name="Close").click()
    field.wait_for(state="hidden")
    return token


def test_a_new_operators_token_is_shown_once_and_opens_what_was_said(people: Any, fleet: ServedFleet) -> None:
    people.context.grant_permissions(["clipboard-read", "clipboard-write"])
    people.get_by_text("New operator").click()
    people.get_by_label("Name").fill("erin")
    people.get_by_label("Devices").fill("site=lab")
    people.get_by_label("Expires").select_option("30")
    people.get_by_role("button", name="Make a token").click()
    people.get_by_role("button", name="Copy").click()
    people.get_by_text("Copied.").wait_for()
    copied = people.evaluate("() => navigator.clipboard.readText()")
    token = shown_token(people)
    assert copied == token
    row(people, "erin").get_by_text("in 29 d").wait_for()
    assert token not in people.content()
    assert token not in people.url
    with fleet.far(token) as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="erin", role=VIEWER, selector="site=lab")


def test_a_role_is_changed_and_the_token_stays(people: Any, fleet: ServedFleet) -> None:
    row(people, "alice").get_by_role("button", name="Change").click()
    dialog = people.get_by_role("dialog")
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_label("Devices").fill("site")
    dialog.get_by_role("button", name="Change").click()
    dialog.get_by_text("'site' is not a selector").wait_for()
    dialog.get_by_label("Devices").fill("site=lab")
    dialog.get_by_role("button", name="Change").click()
    row(people, "alice").get_by_text("site=lab").wait_for()
    with fleet.far() as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="alice", role=VIEWER, selector="site=lab")


def test_a_token_is_replaced_then_voided_then_its_operator_removed(people: Any, fleet: ServedFleet) -> None:
    order(people, "alice", "New token", "Make a token")
    token = shown_token(people)
    with fleet.far(token) as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="alice", role=OPERATOR)
    order(people, "alice", "Void token", "Void the token")
    row(people, "alice").get_by_text("void since").wait_for()
    assert row(people, "alice").get_by_role("button", name="Void token").is_disabled()
    order(people, "alice", "Remove")
    row(people, "alice").wait_for(state="detached")


def test_the_last_administrator_stays_and_is_told_why(people: Any) -> None:
    order(people, "root", "Remove")
    people.get_by_text("This would leave no admin whose token lets them in").wait_for()
    assert row(people, "root").is_visible()


def test_a_token_that_was_voided_signs_out_at_once(people: Any, fleet: ServedFleet) -> None:
    other = people.context.browser.new_context().new_page()
    other.goto(f"{fleet.url}/#token={fleet.token}/fleet")
    other.get_by_text("11 devices").wait_for()
    order(people, "alice", "Void token", "Void the token")
    row(people, "alice").get_by_text("void since").wait_for()
    other.get_by_role("link", name="Models").click()
    other.get_by_text(re.compile("The token of alice expired|Sign in")).first.wait_for()
    other.context.close()


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
def test_others_see_themselves_alone(page: Any, fleet: ServedFleet, role: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    token = access.make(fleet.operators, "victor", role, datetime.now(UTC), selector="site=lab").token
    page.goto(f"{fleet.url}/#token={token}/people")
    page.get_by_text("Administrators see everybody").wait_for()
    text = page.inner_text("main")
    assert "victor" in text
    assert "alice" not in text
    assert not any("/v1/operators" in url for url in asked)


def test_axe_finds_nothing_and_nothing_runs_out_of_the_page(people: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    people.get_by_text("New operator").click()
    for width in (1440, 820, 390):
        people.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            people.emulate_media(color_scheme=scheme)
            found = Axe().run(people)
            assert found.violations_count == 0, f"{width}, {scheme}: {found.generate_report()}"
            out = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert people.evaluate(out) == 0, f"{width}: wider than the page"
