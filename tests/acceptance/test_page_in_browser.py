"""The page in a real browser: it signs in by its link, and each view shows what the database holds."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fer_controller.desk import access
from fer_controller.operations.fleet import REVOKE, RevokeRequest
from fer_controller.store import opening
from fer_controller.store.certificates.records import DEVICE, Issued
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.credentials.records import VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

LONG_AGO = "2020-01-31T12:00:00.000Z"
VIEWS = {
    "overview": (
        "11 devices",
        "It is offline: [bold]power[/bold].",
        "Rollouts under way",
        "Wave 1, the canary",
    ),
    "fleet": ("orin-05", "11 devices", "nano-01", "old@1/fp32"),
    "fleet/orin-05": ("orin-05", "old@1/fp32", "Title and labels", "It has no labels."),
    "events?since=any": ("75 %", "an estimate of an expression", "nano-02"),
    "alerts": (
        "It is offline since noon.",
        "Look after it",
        "site=lab",
        "Rules, as the controller’s settings have them",
    ),
    "rollouts": ("tiny@1", "planned", "New rollout"),
    "rollouts?new=yes": ("How long a wave is watched", "Max failures", "Preview the plan"),
    "rollouts/newest": ("tiny@1", "planned", "orin-05", "Abort", "Wave 1, the canary"),
    "models": ("tiny@1", "fp32"),
    "people": ("alice", "Administrators see everybody"),
    "audit": ("this machine", "root@here labels"),
}
EVERYTHING_BUT_WHO = re.compile(r"/v1/(?!me\b|session)")
LIVE = re.compile("/v1/live$")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("browser")) as served:
        yield served.begin_a_rollout()


def body(page: Any, *words: str) -> str:
    """What the page shows once all of these words are there."""
    for word in words:
        page.get_by_text(re.compile(re.escape(word), re.IGNORECASE)).first.wait_for(timeout=20_000)
    return str(page.inner_text("body"))


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_what_the_database_holds(page: Any, fleet: ServedFleet, view: str) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/{view}")
    body(page, "alice, operator", *VIEWS[view])
    assert fleet.token not in page.content()
    assert fleet.token not in page.url


@pytest.mark.parametrize("view", ["fleet", "fleet/orin-05"])
def test_a_device_that_was_revoked_is_marked(page: Any, view: str, tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk:
        desk.ask(REVOKE, RevokeRequest(device="orin-05"))
        page.goto(f"{fleet.url}/#token={fleet.token}/{view}")
        body(page, "revoked" if view == "fleet" else "by alice; what it sends is refused")
        assert page.locator(".state.revoked").count() == 1


@pytest.mark.parametrize(
    ("view", "words"), [("fleet", "its certificate is expired"), ("fleet/orin-05", "certificate that expired")]
)
def test_a_device_whose_certificate_expired_is_marked(page: Any, view: str, words: str, tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet:
        with opening.writer(fleet.settings.db) as database:
            CertificateStore(database).add(Issued("1", "orin-05", DEVICE, LONG_AGO, LONG_AGO, "alice"))
        page.goto(f"{fleet.url}/#token={fleet.token}/{view}")
        body(page, words)


def test_a_token_that_opens_nothing_is_told(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token=guessed")
    assert "orin-05" not in body(page, "The token belongs to no operator")


def test_without_a_token_the_page_asks_for_one(page: Any, fleet: ServedFleet) -> None:
    page.goto(fleet.url)
    assert "orin-05" not in body(page, "fer-controller operators add")


def test_a_link_does_not_replace_who_is_signed_in(page: Any, fleet: ServedFleet) -> None:
    other = access.make(fleet.operators, "mallory", VIEWER, datetime.now(UTC)).token
    page.goto(f"{fleet.url}/#token={fleet.token}/fleet")
    body(page, "alice, operator")
    for follow in (page.goto, lambda address: page.evaluate("address => location.assign(address)", address)):
        follow(f"{fleet.url}/#token={other}/models")
        text = body(page, "tiny@1")
        assert "alice, operator" in text
        assert "mallory" not in text
        assert other not in page.url


def test_signing_out_forgets_the_token(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/models")
    body(page, "tiny@1")
    page.get_by_role("button", name="Sign out").click()
    body(page, "fer-controller operators add")
    page.reload()
    body(page, "fer-controller operators add")


@pytest.mark.parametrize(
    "view", ["overview", "fleet", "fleet/orin-05", "events", "alerts", "rollouts", "rollouts/newest"]
)
def test_what_a_silent_controller_would_say_is_unknown_and_not_nothing(
    page: Any, fleet: ServedFleet, view: str
) -> None:
    page.route(EVERYTHING_BUT_WHO, lambda route: route.abort())
    page.goto(f"{fleet.url}/#token={fleet.token}/{view}")
    text = body(page, "The controller does not answer.", "Ask now")
    assert re.search(r"unknown since \d\d:\d\d:\d\d", text)
    for zero in ("0 devices", "0 events", "no emotion was rolled up", "nothing yet", "has been heard of", "0 of "):
        assert zero not in text, zero


def test_when_it_answers_again_the_page_says_so(page: Any, fleet: ServedFleet) -> None:
    page.route(EVERYTHING_BUT_WHO, lambda route: route.abort())
    page.goto(f"{fleet.url}/#token={fleet.token}/fleet")
    body(page, "Ask now")
    page.unroute(EVERYTHING_BUT_WHO)
    page.get_by_role("button", name="Ask now").click()
    assert "The controller does not answer." not in body(page, "orin-05", "11 devices")


def test_what_was_known_stays_and_is_marked_as_old(page: Any, fleet: ServedFleet) -> None:
    page.goto(f"{fleet.url}/#token={fleet.token}/fleet")
    body(page, "11 devices")
    page.route(EVERYTHING_BUT_WHO, lambda route: route.abort())
    page.get_by_role("button", name="Device").click()
    text = body(page, "unknown since", "this is how it was then")
    assert "orin-05" in text
    assert "11 devices" not in text


def test_a_hidden_tab_follows_nothing_until_it_is_shown(page: Any, fleet: ServedFleet) -> None:
    with page.expect_response(LIVE):
        page.goto(f"{fleet.url}/#token={fleet.token}/overview")
    body(page, "11 devices")
    with page.expect_event("requestfailed", lambda request: LIVE.search(request.url)):
        turn(page, hidden=True)
    with page.expect_response(LIVE), page.expect_response(re.compile("/v1/overview$")):
        turn(page, hidden=False)


def turn(page: Any, *, hidden: bool) -> None:
    """As when another tab is opened in front of this one, or closed."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_an_outage_that_ended_while_nobody_listened_is_over(page: Any, fleet: ServedFleet) -> None:
    at = f'"at": "{LONG_AGO}"'
    outage = f'event: outage\ndata: {{{at}, "what": "ingest", "since": "{LONG_AGO}", "why": "Nothing arrives."}}\n\n'
    told = iter([outage])
    hello = f'event: hello\ndata: {{{at}, "devices": 11}}\n\n'
    page.route(
        LIVE,
        lambda route: route.fulfill(content_type="text/event-stream", body=f"retry: 1000\n\n{next(told, hello)}"),
    )
    page.goto(f"{fleet.url}/#token={fleet.token}/models")
    page.get_by_text("Nothing arrives.").wait_for()
    page.get_by_text("Nothing arrives.").wait_for(state="hidden")
