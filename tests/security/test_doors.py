"""Half of a request, or an answer that nobody reads, costs its sender alone."""

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from fer_controller.http.doors import REQUEST_S, STALLED_S, Doors, Visit, site, that_fit
from fer_controller.http.log_lines import LEFT_OUT, MOST_CHARACTERS, MOST_LINES, PERIOD_S, Lines, Ration
from fer_controller.http.shares import Shares
from fer_controller.registry import tokens
from fer_controller.store.credentials.store import TokenStore
from hypothesis import given
from hypothesis import strategies as st
from integration.controller.served_registry import Registry

HALVES = {
    "nothing": b"",
    "half a request line": b"GET /v1/he",
    "headers without end": b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a body": b"POST /v1/labels HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{",
}
FLOOD = 300
CONNECTIONS = 40


def connected(registry: Registry, sent: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", registry.process.port))
    made.sendall(sent)
    return made


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry(tmp_path_factory.mktemp("served"), max_connections=CONNECTIONS) as registry:
        assert registry.ask("/v1/health").ok
        yield registry


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_flood_of_half_sent_requests_leaves_room_for_whole_ones(
    served: Registry, half: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as held, caplog.at_level(logging.INFO):
        for _ in range(FLOOD):
            held.enter_context(connected(served, half))
        for _ in range(10):
            assert served.ask("/v1/health", None).ok
        assert len(served.child().net_connections()) <= CONNECTIONS + 1
        assert len(caplog.records) <= MOST_LINES + 1


def test_what_is_no_http_at_all_fills_no_log(served: Registry, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3 * MOST_LINES):
            with connected(served, b"\x00\xff nonsense\r\n\r\n") as sender:
                sender.recv(1000)
        assert served.ask("/v1/health", None).ok
    assert len(caplog.records) <= MOST_LINES + 1


def test_handshakes_without_end_are_connections_too(tmp_path: Path) -> None:
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    files = dict.fromkeys(("cert_file", "key_file"), tmp_path / "server.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with (
        Registry(tmp_path, max_connections=CONNECTIONS, **files) as registry,
        ExitStack() as held,
    ):
        for _ in range(FLOOD):
            held.enter_context(connected(registry, b"\x16\x03\x01"))
        with trusting.wrap_socket(connected(registry), server_hostname="127.0.0.1") as asking:
            asking.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert asking.recv(1000).startswith(b"HTTP/1.1 200")
        assert len(registry.child().net_connections()) <= CONNECTIONS + 1


def test_one_device_that_reads_no_answer_leaves_downloads_to_others(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(random.Random(0).randbytes(8_000_000))
    with Registry(tmp_path, max_downloads=4) as registry, ExitStack() as held:
        sha256 = registry.add_bytes(large)
        registry.assign(sha256, "nano-02")
        path = f"/v1/artifacts/{sha256}"
        ask = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {registry.token}\r\n\r\n".encode()
        for _ in range(64):
            held.enter_context(connected(registry, ask)).recv(1)
        other = tokens.make(TokenStore(registry.database), "nano-02")
        for _ in range(5):
            answer = registry.ask(path, other)
            assert (answer.status_code, len(answer.content)) == (200, 8_000_000)


def test_the_limit_of_open_files_holds_what_is_promised() -> None:
    soft = psutil.Process().rlimit(psutil.RLIMIT_NOFILE)[0]
    assert that_fit(CONNECTIONS, 32) == CONNECTIONS
    assert psutil.Process().rlimit(psutil.RLIMIT_NOFILE)[0] >= soft


class Time:
    """Passes when it is told to."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Talk:
    """A conversation that waits, or does not."""

    def __init__(self, *, waits: bool) -> None:
        self.waits = waits


class Unread(asyncio.Transport):
    """A transport with bytes that the peer does not take."""

    unsent_bytes, aborted = 0, False

    def get_write_buffer_size(self) -> int:
        return self.unsent_bytes

    def abort(self) -> None:
        self.aborted = True


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def admitted(doors: Doors, peer: str, sockets: ExitStack, *, waits: bool = True) -> "Visit | None":
    visit = doors.admit(sockets.enter_context(socket.socket()), peer)
    if visit is not None:
        visit.conversation, visit.transport = Talk(waits=waits), Unread()
    return visit


def cut(visit: "Visit | None") -> bool:
    assert visit is not None
    assert isinstance(visit.transport, Unread)
    return visit.transport.aborted


def test_the_longest_wait_of_the_greediest_makes_way(sockets: ExitStack) -> None:
    doors = Doors(8)
    greedy = [admitted(doors, "a", sockets) for _ in range(4)]
    honest = [admitted(doors, "b", sockets) for _ in range(3)]
    assert [cut(each) for each in greedy] == [True, False, False, False]
    assert not any(cut(each) for each in honest)


def test_who_is_being_answered_does_not_make_way(sockets: ExitStack) -> None:
    doors = Doors(4)
    served = [admitted(doors, "a", sockets, waits=False) for _ in range(2)]
    assert admitted(doors, "a", sockets) is None
    other = admitted(doors, "b", sockets)
    assert not any(cut(each) for each in [*served, other])


def test_a_request_that_is_not_whole_in_time_is_cut_however_it_drips(sockets: ExitStack) -> None:
    time = Time()
    doors = Doors(8, time)
    waiting, asking = admitted(doors, "a", sockets), admitted(doors, "b", sockets, waits=False)
    assert waiting is not None
    time.now_s += REQUEST_S - 1
    doors.sweep()
    assert not cut(waiting)
    time.now_s += 2
    doors.sweep()
    assert (cut(waiting), cut(asking)) == (True, False)


def test_an_answer_of_which_nothing_is_taken_is_cut(sockets: ExitStack) -> None:
    time = Time()
    doors = Doors(8, time)
    visit = admitted(doors, "a", sockets, waits=False)
    assert visit is not None
    assert isinstance(visit.transport, Unread)
    for visit.transport.unsent_bytes in (5000, 4000):
        doors.sweep()
        time.now_s += STALLED_S - 1
        doors.sweep()
        assert not cut(visit)
    time.now_s += 2
    doors.sweep()
    assert cut(visit)


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_all_addresses_of_a_network_are_one_peer(address: str, peer: str) -> None:
    assert site(address) == peer


@given(st.integers(1, 64), st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=200))
def test_nobody_takes_more_than_half_of_the_places_but_the_first(most: int, wishes: "list[tuple[str, bool]]") -> None:
    shares, held = Shares(most), dict.fromkeys("abcd", 0)
    for holder, takes in wishes:
        if takes and shares.has_room(holder):
            shares.take(holder)
            held[holder] += 1
        elif not takes and held[holder]:
            shares.leave(holder)
            held[holder] -= 1
        assert shares.taken == sum(held.values()) <= most
        assert max(held.values()) <= (most + 1) // 2


class Kept(logging.Handler):
    """Remembers what it was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(Lines())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def test_a_log_takes_so_many_lines_a_minute_of_so_many_characters_and_counts_the_rest() -> None:
    time, kept = Time(), Kept()
    ration = Ration(kept, time)
    for number in range(10_000):
        ration.handle(logging.LogRecord("x", logging.WARNING, "", 0, f"{number} \x1b[31m\n" + "x" * 5000, (), None))
    assert len(kept.lines) == MOST_LINES
    assert all(len(line) <= MOST_CHARACTERS + len("30 ") for line in kept.lines)
    time.now_s += PERIOD_S
    ration.handle(logging.LogRecord("x", logging.WARNING, "", 0, "later", (), None))
    assert kept.lines[MOST_LINES:] == [f"30 {LEFT_OUT % (10_000 - MOST_LINES, MOST_LINES)}", "30 later"]
