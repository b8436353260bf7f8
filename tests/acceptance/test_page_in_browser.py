"""The page in a real browser: it signs in by its link, and each view shows what the database holds."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from fer_controller.desk import access
from fer_controller.operations.fleet import REVOKE, RevokeRequest
from fer_controller.store import opening
from fer_controller.store.certificates.records import DEVICE, Issued
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.credentials.records import VIEWER
from served_fleet import ServedFleet

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOADED_MS = 4000
LONG_AGO = "2020-01-31T12:00:00.000Z"
VIEWS = {
    "fleet": ("orin-05", "11 devices", "nano-01", "old@1/fp32"),
    "fleet/orin-05": ("orin-05", "old@1/fp32", "Frame rate", "It has no labels."),
    "emotions": ("heartbeat", "an estimate of an expression", "nano-02"),
    "rollouts": ("tiny@1", "planned", "orin-05", 'data-order="abort"', "How long a wave is watched", "Max Failures"),
    "models": ("tiny@1", "fp32"),
}


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("No Chromium is installed (apt-get install chromium).")
    return found


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("browser")) as served:
        yield served.begin_a_rollout()


def shown(browser: str, url: str, profile: Path) -> str:
    """The document after its scripts ran, in a profile of its own."""
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
        f"--virtual-time-budget={LOADED_MS}", "--dump-dom", url,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_what_the_database_holds(browser: str, fleet: ServedFleet, view: str, tmp_path: Path) -> None:
    text = shown(browser, f"{fleet.url}/#token={fleet.token}/{view}", tmp_path)
    assert "alice, operator" in text
    assert fleet.token not in text
    for word in VIEWS[view]:
        assert word in text, word


@pytest.mark.parametrize("view", ["fleet", "fleet/orin-05"])
def test_a_device_that_was_revoked_is_marked(browser: str, view: str, tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk:
        desk.ask(REVOKE, RevokeRequest(device="orin-05"))
        text = shown(browser, f"{fleet.url}/#token={fleet.token}/{view}", tmp_path / "profile")
    assert "state revoked" in text
    assert "by alice; what it sends is refused" in text


@pytest.mark.parametrize(
    ("view", "words"), [("fleet", "its certificate is expired"), ("fleet/orin-05", "certificate that expired")]
)
def test_a_device_whose_certificate_expired_is_marked(browser: str, view: str, words: str, tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet:
        with opening.writer(fleet.settings.db) as database:
            CertificateStore(database).add(Issued("1", "orin-05", DEVICE, LONG_AGO, LONG_AGO, "alice"))
        text = shown(browser, f"{fleet.url}/#token={fleet.token}/{view}", tmp_path / "profile")
    assert words in text


def test_a_token_that_opens_nothing_is_told(browser: str, fleet: ServedFleet, tmp_path: Path) -> None:
    text = shown(browser, f"{fleet.url}/#token=guessed", tmp_path)
    assert "The token belongs to no operator" in text
    assert "orin-05" not in text


def test_without_a_token_the_page_asks_for_one(browser: str, fleet: ServedFleet, tmp_path: Path) -> None:
    text = shown(browser, fleet.url, tmp_path)
    assert "fer-controller operators add" in text
    assert "orin-05" not in text


BEGINNING = """<script>
sessionStorage.setItem("fer-controller.token", "{token}");
location.replace("/#token={other}/fleet");
</script>"""


class PassesOn(BaseHTTPRequestHandler):
    """Passes everything on, but for one page: somebody is signed in, and follows a link with another's token."""

    url, token, other = "", "", ""

    def do_GET(self) -> None:
        if self.path == "/begin":
            self.answer(200, "text/html", BEGINNING.format(token=self.token, other=self.other).encode())
            return
        headers = {"Authorization": self.headers.get("Authorization", "")}
        answer = requests.get(self.url + self.path, headers=headers, timeout=30)
        self.answer(answer.status_code, answer.headers["Content-Type"], answer.content)

    def answer(self, status: int, kind: str, content: bytes) -> None:
        """Answer with this."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_link_does_not_replace_who_is_signed_in(browser: str, fleet: ServedFleet, tmp_path: Path) -> None:
    other = access.make(fleet.operators, "mallory", VIEWER, datetime.now(UTC)).token
    PassesOn.url, PassesOn.token, PassesOn.other = fleet.url, fleet.token, other
    server = ThreadingHTTPServer(("127.0.0.1", 0), PassesOn)
    Thread(target=server.serve_forever).start()
    try:
        text = shown(browser, f"http://127.0.0.1:{server.server_port}/begin", tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    assert "alice, operator" in text
    assert "mallory" not in text


class FallsSilent(BaseHTTPRequestHandler):
    """Passes on the page and who asks; on anything else it hangs up, as a controller that is gone."""

    url = ""

    def do_GET(self) -> None:
        if self.path.startswith("/v1/") and self.path != "/v1/me":
            self.close_connection = True
            return
        headers = {"Authorization": self.headers.get("Authorization", "")}
        answer = requests.get(self.url + self.path, headers=headers, timeout=30)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def silent(fleet: ServedFleet) -> Iterator[str]:
    FallsSilent.url = fleet.url
    server = ThreadingHTTPServer(("127.0.0.1", 0), FallsSilent)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("view", ["fleet", "fleet/orin-05", "emotions", "rollouts"])
def test_what_a_silent_controller_would_say_is_unknown_and_not_nothing(
    browser: str, fleet: ServedFleet, silent: str, view: str, tmp_path: Path
) -> None:
    text = shown(browser, f"{silent}/#token={fleet.token}/{view}", tmp_path)
    assert "The controller does not answer." in text
    assert re.search(r"unknown since \d\d:\d\d:\d\d", text)
    for zero in ("0 devices", "0 events", "no emotion was rolled up", "nothing yet", "has been heard of", "0 of "):
        assert zero not in text, zero
