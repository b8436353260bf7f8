"""The page's session: nobody else's site, cookie or token gets further with it than its operator, or longer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from certificates import HERE, Authority
from controller_process import eventually
from fer_controller.desk import access
from fer_controller.http.process import HttpProcess
from fer_controller.settings import load
from fer_controller.store.credentials.records import ADMIN, OPERATOR, VIEWER
from fer_controller.store.filter import AuditFilter
from fer_controller.store.subjects import Subjects
from fer_wire.message import iso_utc
from served_fleet import ServedFleet

OURS = {"X-Fer-Page": "1"}
RELABEL = {"devices": ["orin-03"], "labels": ["site=roof"]}


class Browser:
    """Keeps cookies, and sends the header that the page sends, unless it is another site's."""

    def __init__(self, url: str, verify: "str | None" = None) -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers.update(OURS)
        self._verify = verify
        """Given with each request, because a session's setting gives way to REQUESTS_CA_BUNDLE."""

    def sign_in(self, token: str) -> requests.Response:
        return self.session.post(f"{self.url}/v1/session", json={"token": token}, verify=self._verify, timeout=30)

    def sign_out(self) -> requests.Response:
        return self.session.delete(f"{self.url}/v1/session", timeout=30)

    def look(self) -> int:
        return self.session.get(f"{self.url}/v1/me", verify=self._verify, timeout=30).status_code

    def change(self, **headers: "str | None") -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.session.post(
            f"{self.url}/v1/labels", json=RELABEL, headers=given, verify=self._verify, timeout=30
        )
        return answer.status_code


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served


@pytest.fixture
def browser(fleet: ServedFleet) -> Browser:
    """Signed in as an operator."""
    made = Browser(fleet.url)
    assert made.sign_in(a_token(fleet, "bob")).status_code == 200
    return made


def a_token(fleet: ServedFleet, name: str, role: str = OPERATOR, expires_at: str = "") -> str:
    return access.make(fleet.operators, name, role, datetime.now(UTC), replace=True, expires_at=expires_at).token


def test_whoever_signed_in_looks_and_changes_as_with_the_token(browser: Browser) -> None:
    assert (browser.look(), browser.change()) == (200, 200)
    assert browser.session.get(f"{browser.url}/v1/me", timeout=30).json()["name"] == "bob"


def test_a_session_is_kept_in_a_cookie_that_no_script_reads_and_in_no_answer(fleet: ServedFleet) -> None:
    answer = Browser(fleet.url).sign_in(a_token(fleet, "bob"))
    said = answer.headers["Set-Cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert set(answer.json()) == {"name", "role", "selector"}


def test_a_cookie_without_the_header_of_the_page_changes_nothing(browser: Browser) -> None:
    assert browser.change(X_Fer_Page=None) == 403
    assert browser.look() == 200


def test_the_form_of_another_site_changes_nothing(browser: Browser) -> None:
    for origin in ("http://evil.example", "null", f"{browser.url}.evil.example"):
        assert browser.change(Origin=origin) == 403
        form = browser.session.post(
            f"{browser.url}/v1/labels", data="devices=orin-03", timeout=30,
            headers={"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert form.status_code == 403
    assert browser.change(Origin=browser.url) == 200


def test_another_site_signs_nobody_in_and_nobody_out(fleet: ServedFleet, browser: Browser) -> None:
    token = a_token(fleet, "carol")
    for headers in ({"X-Fer-Page": None}, {"Origin": "http://evil.example"}):
        signed_in = browser.session.post(
            f"{browser.url}/v1/session", json={"token": token}, headers=headers, timeout=30
        )
        assert signed_in.status_code == 403
        assert browser.session.delete(f"{browser.url}/v1/session", headers=headers, timeout=30).status_code == 403
    assert browser.session.get(f"{browser.url}/v1/me", timeout=30).json()["name"] == "bob"


def test_what_the_page_refuses_stands_in_the_audit_log(fleet: ServedFleet, browser: Browser) -> None:
    browser.change(Origin="http://evil.example")
    known = Subjects(fleet.database)
    eventually(
        lambda: any("comes from the page itself" in entry.sentence for entry in known.audit.newest(50)), "an entry"
    )


def test_signing_out_ends_the_session_in_every_tab(browser: Browser) -> None:
    tab = Browser(browser.url)
    tab.session.cookies.update(browser.session.cookies)
    assert tab.look() == 200
    assert browser.sign_out().status_code == 200
    assert not browser.session.cookies
    assert (tab.look(), tab.change()) == (401, 401)


def test_the_session_ends_with_its_operator_at_once(fleet: ServedFleet, browser: Browser) -> None:
    access.remove(fleet.operators, "bob")
    assert (browser.look(), browser.change()) == (401, 401)


def test_another_token_voids_the_sessions_of_the_last(fleet: ServedFleet, browser: Browser) -> None:
    a_token(fleet, "bob")
    assert browser.look() == 401


def test_the_session_ends_when_its_token_expires(fleet: ServedFleet) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    dora = Browser(fleet.url)
    assert dora.sign_in(a_token(fleet, "dora", expires_at=iso_utc(soon))).status_code == 200
    eventually(lambda: dora.look() == 401, "the end of the session")


def test_a_session_gives_no_more_than_its_token(fleet: ServedFleet) -> None:
    eve = Browser(fleet.url)
    eve.sign_in(a_token(fleet, "eve", VIEWER))
    assert (eve.look(), eve.change()) == (200, 403)


@pytest.mark.parametrize("token", ["guess", "nano-token", "\ud800", "a b", ""])
def test_a_token_that_is_nobodys_signs_nobody_in(fleet: ServedFleet, token: str) -> None:
    browser = Browser(fleet.url)
    assert browser.sign_in(token).status_code in {401, 422}
    assert browser.look() == 401


def test_a_cookie_that_was_made_up_is_nobodys(fleet: ServedFleet, browser: Browser) -> None:
    (name,) = browser.session.cookies.keys()
    for value in ("guess", "", "é", "x" * 3000):
        stranger = requests.get(
            f"{fleet.url}/v1/me", headers={"Cookie": f"{name}={value}".encode("latin-1")}, timeout=30
        )
        assert stranger.status_code == 401


def test_a_bearer_token_goes_on_to_work_without_the_header(fleet: ServedFleet) -> None:
    bearer = {"Authorization": f"Bearer {a_token(fleet, 'bot')}"}
    assert requests.post(f"{fleet.url}/v1/labels", json=RELABEL, headers=bearer, timeout=30).status_code == 200


def test_signing_in_and_out_stands_in_the_audit_log(fleet: ServedFleet) -> None:
    begun, bob = datetime.now(UTC), Browser(fleet.url)
    bob.sign_in(a_token(fleet, "bob"))
    bob.sign_out()
    ours = AuditFilter(actor="bob", since=iso_utc(begun))
    entries = [entry for entry in Subjects(fleet.database).audit.matching(ours, 10) if "sign" in entry.action]
    assert [(entry.action, entry.origin) for entry in entries] == [
        ("signed_in", "127.0.0.1"), ("signed_out", "127.0.0.1"),
    ]  # fmt: skip


def test_a_session_outlives_the_process_and_holds_in_another_one(fleet: ServedFleet, browser: Browser) -> None:
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.session.cookies.items())}
    host = {"Host": browser.url.removeprefix("http://")}
    with HttpProcess(fleet.settings) as other:
        answer = requests.get(f"http://127.0.0.1:{other.port}/v1/me", headers={**cookie, **host}, timeout=30)
        assert (answer.status_code, answer.json()["name"]) == (200, "bob")


def test_over_tls_the_cookie_is_for_tls_alone(fleet: ServedFleet, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ours")
    pair = authority.issue("server", HERE)
    http = {"listen": "127.0.0.1:0", "cert_file": pair.cert, "key_file": pair.key}
    settings = load(db=fleet.db, registry={"folder": fleet.settings.registry_folder}, http=http)
    with HttpProcess(settings) as served:
        browser = Browser(f"https://{HERE}:{served.port}", str(authority.cert))
        said = browser.sign_in(a_token(fleet, "zoe", ADMIN)).headers["Set-Cookie"]
        assert said.startswith("__Host-fer_session")
        assert "Secure" in said
        assert (browser.look(), browser.change(Origin=browser.url)) == (200, 200)
        assert browser.change(Origin=browser.url.replace("https", "http")) == 403


def test_an_operator_has_only_so_many_sessions(fleet: ServedFleet) -> None:
    token, first = a_token(fleet, "max", VIEWER), Browser(fleet.url)
    first.sign_in(token)
    for _ in range(50):
        Browser(fleet.url).sign_in(token)
    assert first.look() == 401
    sessions = fleet.database.number("sessions_of", {"operator": "max"})
    assert sessions == 50
