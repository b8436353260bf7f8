"""The answer with a file, as its application's server would ask for it."""

import asyncio
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from fer_controller.http import artifacts as module
from fer_controller.http.artifacts import ArtifactResponse
from fer_controller.http.limits import Downloads
from hypothesis import given
from hypothesis import strategies as st

DATA = random.Random(0).randbytes(20_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
ETAG = f'"{SHA256}"'


class Answer:
    """What was sent."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.chunks = [message.get("body", b"") for message in messages[1:]]
        self.body = b"".join(self.chunks)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("artifacts") / SHA256
    made.write_bytes(DATA)
    return made


def ask(path: Path, method: str = "GET", downloads: Downloads | None = None, **headers: str) -> Answer:
    """The answer to a request with these headers, in chunks of 4096 bytes."""
    limits = downloads or Downloads(10, 0.04)
    limits._bytes_s, chunk_bytes = 0, limits.chunk_bytes
    response = ArtifactResponse(path, SHA256, limits)
    response.chunk_size = chunk_bytes
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    spelt = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "headers": spelt, "asgi": {"spec_version": "2.3"}}
    asyncio.run(response(scope, receive, send))
    return Answer(sent)


def test_a_file_is_sent_in_chunks(path: Path) -> None:
    answer = ask(path)
    assert (answer.status, answer.body) == (200, DATA)
    assert max(map(len, answer.chunks)) == 4096
    assert answer.headers["etag"] == ETAG
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(DATA))


POSITION = st.integers(0, len(DATA) + 1000)


@given(POSITION, POSITION)
def test_any_range_is_the_slice(path: Path, first: int, last: int) -> None:
    answer = ask(path, range=f"bytes={first}-{last}")
    if first >= len(DATA):
        assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(DATA)}")
    elif last < first:
        assert answer.status == 400
    else:
        check(answer, DATA[first : last + 1], first)


@given(POSITION)
def test_any_rest_is_the_slice(path: Path, first: int) -> None:
    answer = ask(path, range=f"bytes={first}-", if_range=ETAG)
    if first >= len(DATA):
        assert answer.status == 416
    else:
        check(answer, DATA[first:], first)


@given(st.integers(1, len(DATA) + 1000))
def test_any_end_is_the_slice(path: Path, count: int) -> None:
    check(ask(path, range=f"bytes=-{count}"), DATA[-count:], max(0, len(DATA) - count))


def check(answer: Answer, expected: bytes, first: int) -> None:
    assert (answer.status, answer.body) == (206, expected)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(DATA)}"
    assert answer.headers["content-length"] == str(len(expected))


@given(st.lists(st.tuples(POSITION, POSITION), max_size=5), st.text(max_size=8))
def test_no_range_makes_it_fail(path: Path, ranges: list[tuple[int, int]], more: str) -> None:
    spelt = ",".join(f"{first}-{last}" for first, last in ranges)
    answer = ask(path, range=f"bytes={spelt}{more.encode('latin-1', 'ignore').decode('latin-1')}")
    assert answer.status in {200, 206, 400, 416}
    assert int(answer.headers["content-length"]) == len(answer.body)


@pytest.mark.parametrize("if_range", ['"another"', f"W/{ETAG}", "Sat, 31 Jan 2026 12:00:00 GMT"])
def test_a_range_of_another_file_gives_the_whole(path: Path, if_range: str) -> None:
    answer = ask(path, range="bytes=100-", if_range=if_range)
    assert (answer.status, answer.body) == (200, DATA)


def test_a_range_in_an_unknown_unit_is_passed_over(path: Path) -> None:
    assert ask(path, range="faces=1-2").status == 200
    assert ask(path, range="Bytes=1-2").status == 206


def test_a_look_has_no_body_and_no_range(path: Path) -> None:
    answer = ask(path, "HEAD", range="bytes=1-2")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["etag"] == ETAG


def test_one_download_too_many_is_told_when_to_come_back_and_a_look_is_none(path: Path) -> None:
    downloads = Downloads(1, 0)
    with downloads.admitted():
        answer = ask(path, downloads=downloads)
        assert ask(path, "HEAD", downloads=downloads).status == 200
    assert answer.status == 503
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    assert b"Too many downloads are running; try again in" in answer.body
    assert ask(path, downloads=downloads).status == 200


def test_a_download_that_stands_still_gives_its_place_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALLED_AFTER_S", 0.05)
    downloads = Downloads(1, 0)
    begun: list[str] = []

    async def forever() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}

    async def stuck(message: Any) -> None:
        begun.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.sleep(3600)

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.3"}}
    asyncio.run(ArtifactResponse(path, SHA256, downloads)(scope, forever, stuck))
    assert begun == ["http.response.start", "http.response.body"]
    assert ask(path, downloads=downloads).status == 200


def test_a_client_that_hangs_up_ends_its_download(path: Path) -> None:
    downloads = Downloads(1, 0)

    async def hung_up() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def slow(message: Any) -> None:
        await asyncio.sleep(3600 if message["type"] == "http.response.body" else 0)

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.3"}}
    asyncio.run(ArtifactResponse(path, SHA256, downloads)(scope, hung_up, slow))
    assert ask(path, downloads=downloads).status == 200


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ArtifactResponse(tmp_path / SHA256, SHA256, Downloads(1, 0))
