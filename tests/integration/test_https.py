"""Downloads of agent and simulator, and the desk elsewhere, over HTTPS, with certificates right and wrong."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from certificates import HERE, YESTERDAY, Authority
from fer_agent.errors import UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update.download import Downloader
from fer_controller.desk.remote import RemoteDesk
from fer_controller.errors import ApiError
from fer_controller.operations.fleet import DEVICES
from fer_controller.operations.operation import DevicesQuery
from fer_controller.settings import ApiSettings
from fer_simulator.downloads.lines import Job
from fer_simulator.downloads.worker import Downloads, Kept
from fer_wire.tls import ClientFiles
from pairs import Pair

Files = dict[str, Path]


class Page(BaseHTTPRequestHandler):
    """Answers everything with an empty list."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


class QuietServer(ThreadingHTTPServer):
    """Handshakes that fail are what the tests are about."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__((HERE, 0), Page)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        served = self._context.wrap_socket(request, server_side=True) if self._context else request
        super().finish_request(served, client_address)
        if served is not request:
            served.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Web(NamedTuple):
    """Servers by what they are, and the files of a client."""

    ports: dict[str, int]
    ours: Authority
    client: Pair
    foreign: Authority
    foreign_client: Pair

    def url(self, port: str, scheme: str = "https") -> str:
        return f"{scheme}://{HERE}:{self.ports[port]}"


@contextmanager
def served(context: ssl.SSLContext | None) -> Iterator[int]:
    with QuietServer(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def of_server(pair: Pair, clients: Authority | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    if clients:
        context.load_verify_locations(clients.cert)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
    contexts = {
        "plain": None,
        "tls": of_server(ours.issue("server", HERE)),
        "mutual": of_server(ours.issue("mutual", HERE), clients=ours),
        "expired": of_server(ours.issue("old", HERE, until=YESTERDAY)),
        "elsewhere": of_server(ours.issue("elsewhere", "controller.elsewhere")),
    }
    with ExitStack() as stack:
        ports = {name: stack.enter_context(served(context)) for name, context in contexts.items()}
        yield Web(ports, ours, ours.issue("client", "c"), foreign, foreign.issue("foreign-client", "c"))


def fetched_by_the_agent(url: str, files: Files) -> str:
    settings = UpdateSettings(controller_url=url, retries=0, timeout_s=10, **files)
    try:
        assert Downloader(settings).manifest("/v1/health", threading.Event()) == b"[]"
    except UpdateError as error:
        return str(error)
    return ""


def asked_by_commands(url: str, files: Files) -> str:
    try:
        with RemoteDesk(ApiSettings(url=url, **files)) as desk:
            desk.ask(DEVICES, DevicesQuery())
    except ApiError as error:
        return str(error)
    return ""


def fetched_by_the_simulator(url: str, files: Files) -> str:
    downloads = Downloads(1, ClientFiles(**files))
    return downloads._fetched(Job(number=1, url=f"{url}/v1/health", own=True, size_bytes=2), Kept()).fault


Asking = Callable[[str, Files], str]
SETTINGS: dict[Asking, tuple[str, str]] = {
    fetched_by_the_agent: ("update", "update.controller_url"),
    asked_by_commands: ("api", "api.url"),
    fetched_by_the_simulator: ("api", "--controller"),
}


@pytest.fixture(params=SETTINGS, ids=["agent", "commands", "simulator"])
def ask(request: pytest.FixtureRequest) -> Asking:
    """What a program says of a controller; empty when it was answered."""
    asking: Asking = request.param
    return asking


@pytest.mark.parametrize("port", ["tls", "mutual"])
def test_with_the_right_files_it_is_answered(web: Web, ask: Asking, port: str) -> None:
    files = {"ca_file": web.ours.cert, "cert_file": web.client.cert, "key_file": web.client.key}
    assert ask(web.url(port), files) == ""


def test_without_tls_no_file_is_looked_at(web: Web, ask: Asking) -> None:
    assert ask(web.url("plain", "http"), {"ca_file": web.client.key}) == ""


def test_plain_http_at_a_tls_port_is_told_as_that(web: Web, ask: Asking) -> None:
    url = SETTINGS[ask][1]
    assert f"speaks TLS at port {web.ports['tls']}; set {url} to {web.url('tls')}" in ask(web.url("tls", "http"), {})


def test_https_at_a_plain_port_is_told_as_that(web: Web, ask: Asking) -> None:
    said, url = ask(web.url("plain"), {"ca_file": web.ours.cert}), SETTINGS[ask][1]
    assert f"does not speak TLS at port {web.ports['plain']}; set {url} to {web.url('plain', 'http')}" in said


def test_an_authority_that_is_not_known_is_told_with_its_setting(web: Web, ask: Asking) -> None:
    section, _ = SETTINGS[ask]
    assert f"another authority than those this machine knows; set {section}.ca_file" in ask(web.url("tls"), {})
    wrong = ask(web.url("tls"), {"ca_file": web.foreign.cert})
    assert f"another authority than that in {section}.ca_file ({web.foreign.cert}); set {section}.ca_file" in wrong


def test_a_wrong_name_and_an_expired_certificate_are_told(web: Web, ask: Asking) -> None:
    files = {"ca_file": web.ours.cert}
    assert "a certificate for controller.elsewhere, not for 127.0.0.1; set " in ask(web.url("elsewhere"), files)
    assert "has expired (the clock here says 20" in ask(web.url("expired"), files)


def test_a_client_certificate_that_is_missing_or_foreign_is_told_with_its_settings(web: Web, ask: Asking) -> None:
    section, _ = SETTINGS[ask]
    ca_file = {"ca_file": web.ours.cert}
    missing = ask(web.url("mutual"), ca_file)
    assert f"asks for a client certificate; set {section}.cert_file and {section}.key_file" in missing
    foreign = ask(
        web.url("mutual"), {**ca_file, "cert_file": web.foreign_client.cert, "key_file": web.foreign_client.key}
    )
    assert f"refuses the client certificate {web.foreign_client.cert}: " in foreign
    assert "an authority that is not known there" in foreign


def test_a_key_of_another_certificate_is_told_with_its_setting(web: Web, ask: Asking) -> None:
    section, _ = SETTINGS[ask]
    files = {"ca_file": web.ours.cert, "cert_file": web.client.cert, "key_file": web.foreign_client.key}
    assert f"{section}.key_file ({web.foreign_client.key}) holds another key" in ask(web.url("tls"), files)


def test_the_token_s_owner_alone_sees_the_client_certificate(web: Web) -> None:
    """A file that lies elsewhere is fetched without it, as it is fetched without the token."""
    settings = UpdateSettings(
        controller_url=web.url("tls"), retries=0, ca_file=web.ours.cert, cert_file=web.client.cert,
        key_file=web.client.key,
    )  # fmt: skip
    with pytest.raises(UpdateError, match="asks for a client certificate"):
        Downloader(settings).manifest(web.url("mutual") + "/model", threading.Event())
