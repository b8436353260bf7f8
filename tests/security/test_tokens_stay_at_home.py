"""A token goes to the origin that was judged, and to no other, however an address is written."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from artifact_server import ArtifactServer
from controller_process import eventually
from fer_agent.errors import UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update.addresses import Addresses
from fer_agent.update.http import Broken, HttpClient
from fer_simulator.downloads.client import DownloadClient
from fer_simulator.downloads.request import Outcome, Request
from fer_wire.errors import AddressError
from fer_wire.origins import DEFAULT_PORTS, Origin
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import PoolManager

TOKEN = "secret-of-nano-01"  # noqa: S105 - of a test
PATH = "/v1/models/tiny/1/manifest.json"
MEANT_FOR_ANOTHER = [
    "http://{attacker}\\@{controller}" + PATH,
    "http://{attacker}\\\\@{controller}" + PATH,
    "http://{attacker}#@{controller}" + PATH,
    "http://{attacker}?@{controller}" + PATH,
    "http://{controller}@{attacker}" + PATH,
    "http://{controller}\\@{attacker}" + PATH,
    "http://{controller}\t@{attacker}" + PATH,
    "http:\\\\{attacker}" + PATH,
    "http:/{attacker}" + PATH,
    "http:{attacker}" + PATH,
    "\\\\{attacker}" + PATH,
    "/\\{attacker}" + PATH,
    "//{attacker}" + PATH,
    "@{attacker}" + PATH,
    ".{attacker}" + PATH,
    "hTTp://{attacker}/\\@{controller}" + PATH,
    "http://{attacker}\n" + PATH,
    " http://{attacker}" + PATH,
    "http://{controller}{attacker}",
]

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def controller() -> Iterator[ArtifactServer]:
    yield from a_server()


@pytest.fixture
def attacker() -> Iterator[ArtifactServer]:
    yield from a_server()


def a_server() -> Iterator[ArtifactServer]:
    made = ArtifactServer()
    made.files[PATH] = b"{}"
    yield made
    made.close()


def place(server: ArtifactServer) -> str:
    return server.url.removeprefix("http://")


@pytest.mark.parametrize("spelling", MEANT_FOR_ANOTHER)
def test_no_spelling_of_an_address_sends_the_agents_token_to_another(
    controller: ArtifactServer, attacker: ArtifactServer, spelling: str
) -> None:
    client = HttpClient(UpdateSettings(controller_url=controller.url, token=TOKEN, timeout_s=5.0))
    url = spelling.format(attacker=place(attacker), controller=place(controller))
    with suppress(UpdateError, Broken), client.answer(url, {}):
        pass
    assert not any(TOKEN in asked.token for asked in attacker.asked)


@pytest.mark.parametrize(
    "location", ["http://{attacker}\\@{controller}" + PATH, "//{attacker}" + PATH, "http://[", "\\"]
)
def test_nor_does_a_redirect(controller: ArtifactServer, attacker: ArtifactServer, location: str) -> None:
    addresses = Addresses(controller.url)
    with suppress(UpdateError):
        led_to = addresses.after_redirect(
            controller.url + PATH, location.format(attacker=place(attacker), controller=place(controller))
        )
        assert addresses.is_controller(led_to) == led_to.startswith(controller.url + "/")


@pytest.mark.parametrize("spelling", MEANT_FOR_ANOTHER)
def test_nor_a_simulated_devices(controller: ArtifactServer, attacker: ArtifactServer, spelling: str) -> None:
    client = DownloadClient(controller.url, 1, lambda: None, time.monotonic)
    outcomes: list[Outcome] = []
    client.fetch(
        Request(spelling.format(attacker=place(attacker), controller=place(controller)), TOKEN),
        lambda: True,
        outcomes.append,
    )

    def told() -> bool:
        client.deliver()
        return bool(outcomes)

    eventually(told, "it is fetched or refused")
    client.close()
    assert not any(TOKEN in asked.token for asked in attacker.asked)


PIECES = st.sampled_from(
    ["http", "https", "HTTP", "://", ":", "/", "//", "\\", "@", "?", "#", "%", "%40", "%2f", "[", "]", "[::1]", ".",
     "..", ":80", ":080", ":0", ":99999", "a", "b.c", "127.0.0.1", "attacker", "controller", "\t", "\n", "\r", " ",
     "\x00",
     ";", "ß", "\u212a", "。", "xn--a", "user:pass"]
)  # fmt: skip


@given(url=st.lists(PIECES | st.characters(codec="utf-8"), max_size=8).map("".join) | st.builds(
    "http://{}{}".format, st.lists(PIECES, max_size=6).map("".join), st.lists(PIECES, max_size=3).map("".join)
))  # fmt: skip
def test_what_would_be_connected_to_is_the_origin_that_was_judged(url: str) -> None:
    try:
        judged = Origin.of(url)
    except AddressError:
        return
    try:
        prepared = requests.Request("GET", url).prepare().url
    except requests.RequestException:
        return
    assert prepared is not None
    pool = PoolManager().connection_from_url(prepared)
    assert judged == Origin(pool.scheme or "", pool.host.strip("[]"), pool.port or DEFAULT_PORTS[judged.scheme])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://controller/m", Origin("http", "controller", 80)),
        ("HTTPS://Controller.Example:08780", Origin("https", "controller.example", 8780)),
        ("https://[2001:DB8::1]?x=@y", Origin("https", "2001:db8::1", 443)),
        ("http://jetson_1.local:8780/a/../b;c@d", Origin("http", "jetson_1.local", 8780)),
    ],
)
def test_a_plain_address_is_taken(url: str, origin: Origin) -> None:
    assert Origin.of(url) == origin


@pytest.mark.parametrize(
    "url", ["http://attacker\\@controller", "http://a b", "http://h:0", "http://h:70000", "http://ß"]
)
def test_settings_take_no_address_that_could_be_read_in_two_ways(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape("expected http")):
        UpdateSettings(controller_url=url)
