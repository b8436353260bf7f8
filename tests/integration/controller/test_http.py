"""Models over HTTP: the real process, real requests."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import requests
import trustme
from controller_process import eventually
from fer_controller.desk import access
from fer_controller.http.process import HttpProcess
from fer_controller.registry import tokens
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.registry.model import RegisteredModel
from fer_controller.store import opening
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.credentials.store import TokenStore
from fer_wire.keys import MODELS
from fer_wire.signed import MANIFEST
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from integration.controller.served_registry import MB, TIMEOUT_S, Registry, large_file, settings_in
from tiny_onnx import network, write_model


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("served")
    with Registry(folder) as registry:
        registry.add(folder / "tiny")
        yield registry


@pytest.fixture(scope="module")
def model(served: Registry) -> RegisteredModel:
    return served.catalogue.get("tiny")


@pytest.fixture(scope="module")
def data(served: Registry, model: RegisteredModel) -> bytes:
    return served.catalogue.artifacts.path(model.variant("fp32").sha256).read_bytes()


@pytest.fixture(scope="module")
def url(model: RegisteredModel) -> str:
    return model.artifact("fp32").url


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return large_file(tmp_path)


def test_health_needs_no_token(served: Registry) -> None:
    assert served.ask("/v1/health", None).json() == {"status": "ok"}


def test_a_file_and_its_manifest_come_as_they_are_kept(
    served: Registry, model: RegisteredModel, data: bytes, url: str
) -> None:
    answer = served.ask(url)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["ETag"] == f'"{model.variant("fp32").sha256}"'
    manifest = served.ask(model.manifest_url)
    assert (manifest.status_code, manifest.content) == (200, model.payload)
    trust = KeyHistory(served.catalogue.folder).trust
    assert trust.signer(MANIFEST, manifest.content, manifest.json()["signature"], MODELS)


@pytest.mark.parametrize(
    ("token", "reason"), [(None, "the request has no token"), ("wrong", "The token belongs to no device")]
)
def test_without_the_right_token_nothing_comes(
    served: Registry, model: RegisteredModel, url: str, token: str | None, reason: str
) -> None:
    for path in (url, model.manifest_url, "/v1/artifacts/" + "0" * 64):
        answer = served.ask(path, token)
        assert answer.status_code == 401
        assert reason in answer.json()["detail"]
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_counts_from_the_moment_it_is_made_until_it_is_revoked(
    served: Registry, model: RegisteredModel, url: str
) -> None:
    served.assign(model.variant("fp32").sha256, "nano-02")
    first = tokens.make(TokenStore(served.database), "nano-02")
    assert served.ask(url, first).status_code == 200
    second = tokens.make(TokenStore(served.database), "nano-02", replace=True)
    assert served.ask(url, first).status_code == 401
    assert served.ask(url, second).status_code == 200
    tokens.revoke(TokenStore(served.database), "nano-02")
    assert served.ask(url, second).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1/artifacts/" + "0" * 64,
        "/v1/artifacts/..%2Fsigning.key",
        "/v1/models/tiny/9/manifest.json",
        "/v1/models/..%2F../1/manifest.json",
        "/dashboard/..%2Fapp.py",
        "/dashboard/app.py",
    ],
)
def test_what_is_not_there_is_told(served: Registry, path: str) -> None:
    answer = served.ask(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_a_download_that_was_cut_goes_on_where_it_was(served: Registry, data: bytes, url: str) -> None:
    with served.ask(url) as begun:
        etag = begun.headers["ETag"]
        part = begun.raw.read(20_000)
    rest = served.ask(url, Range=f"bytes={len(part)}-", **{"If-Range": etag})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes 20000-{len(data) - 1}/{len(data)}"
    assert part + rest.content == data


def test_a_rest_of_another_file_is_the_whole(served: Registry, data: bytes, url: str) -> None:
    whole = served.ask(url, Range="bytes=20000-", **{"If-Range": '"another"'})
    assert (whole.status_code, whole.content) == (200, data)


def test_a_range_beyond_the_end_cannot_be_given(served: Registry, data: bytes, url: str) -> None:
    answer = served.ask(url, Range=f"bytes={len(data)}-")
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(data)}")


def test_a_look_tells_size_and_hash(served: Registry, data: bytes, url: str) -> None:
    answer = served.ask(url, method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Accept-Ranges"] == "bytes"


@settings(max_examples=examples(40))
@given(st.data())
def test_any_range_of_the_file_is_its_slice(served: Registry, data: bytes, url: str, draw: st.DataObject) -> None:
    first = draw.draw(st.integers(0, len(data) - 1))
    last = draw.draw(st.integers(first, len(data) + 100))
    answer = served.ask(url, Range=f"bytes={first}-{last}")
    assert (answer.status_code, answer.content) == (206, data[first : last + 1])


def test_a_model_is_there_as_soon_as_it_is_added_and_gone_when_it_is_removed(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        token = access.make(TokenStore(registry.database), "alice", VIEWER, datetime.now(UTC)).token
        source = write_model(tmp_path / "tiny", {"fp32": network()})
        assert registry.ask("/v1/models/tiny/1.0.0/manifest.json", token).status_code == 404
        model, *_ = registry.catalogue.add(source)
        url = model.artifact("fp32").url
        assert registry.ask(url, token).status_code == 200
        registry.catalogue.remove("tiny", "1.0.0")
        assert registry.ask(url, token).status_code == 404
        registry.catalogue.add(source)
        registry.catalogue.artifacts.path(model.variant("fp32").sha256).unlink()
        assert registry.ask(url, token).status_code == 404


def test_with_open_access_nobody_needs_a_token(tmp_path: Path) -> None:
    with Registry(tmp_path, access="open") as registry:
        model = registry.add(tmp_path / "tiny")
        assert registry.ask(model.artifact("fp32").url, None).status_code == 200


def test_one_download_too_many_is_told_to_come_back_and_is_served_then(tmp_path: Path, large: Path) -> None:
    with Registry(tmp_path, max_downloads=3, max_mbytes_s=1.0) as registry, ExitStack() as running:
        url = f"/v1/artifacts/{registry.add_bytes(large)}"
        for _ in range(2):
            assert running.enter_context(registry.ask(url)).status_code == 200
        refused = registry.ask(url)
        assert refused.status_code == 503
        assert 1 <= int(refused.headers["Retry-After"]) <= 5
        assert refused.json()["detail"].startswith("Too many downloads are running; try again in")
        assert registry.ask(url, method="HEAD").status_code == 200
        running.close()
        eventually(lambda: registry.ask(url, Range="bytes=0-9").status_code == 206, "there is room again")


def test_all_downloads_together_keep_below_the_bandwidth(tmp_path: Path, large: Path) -> None:
    with Registry(tmp_path, max_mbytes_s=3.0) as registry:
        sha256 = registry.add_bytes(large)
        contents: list[bytes] = []
        downloads = [
            Thread(target=lambda: contents.append(registry.ask(f"/v1/artifacts/{sha256}").content)) for _ in range(2)
        ]
        registry.ask("/v1/health")
        begun_s = time.monotonic()
        for download in downloads:
            download.start()
        for download in downloads:
            download.join()
        elapsed_s = time.monotonic() - begun_s
    assert [hashlib.sha256(content).hexdigest() for content in contents] == [sha256] * 2
    assert elapsed_s > 0.8 * 2 * 3 * MB / (3 * MB)


def test_a_large_file_is_never_wholly_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(200 * MB)
    with Registry(tmp_path) as registry:
        url = f"/v1/artifacts/{registry.add_bytes(path)}"
        registry.ask(url, Range="bytes=0-9").close()
        before = registry.child().memory_info().rss
        size = peak = 0
        with registry.ask(url) as answer:
            for chunk in answer.iter_content(MB):
                size += len(chunk)
                peak = max(peak, registry.child().memory_info().rss)
    assert size == 200 * MB
    assert peak - before < 20 * MB


def test_https_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "server.key")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with Registry(tmp_path, cert_file=tmp_path / "server.pem", key_file=tmp_path / "server.key") as registry:
        url = registry.url("/v1/health").replace("http:", "https:")
        assert requests.get(url, verify=str(tmp_path / "authority.pem"), timeout=TIMEOUT_S).json() == {"status": "ok"}
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=TIMEOUT_S)


@pytest.mark.parametrize(
    ("listen", "access", "warned"),
    [
        ("0.0.0.0:0", "token", True),
        ("0.0.0.0:0", "open", False),
        ("127.0.0.1:0", "token", False),
    ],
)
def test_tokens_that_travel_in_plain_text_are_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, listen: str, access: str, warned: bool
) -> None:
    opening.writer(tmp_path / "fleet.db", create=True).close()
    with caplog.at_level("WARNING"), HttpProcess(settings_in(tmp_path, listen=listen, access=access)):
        pass
    assert any("without TLS" in record.message for record in caplog.records) == warned


def test_many_devices_at_once_get_what_they_asked_for(served: Registry, data: bytes, url: str) -> None:
    def fetch(number: int) -> bool:
        first = number * 97 % len(data)
        token = None if number % 5 == 0 else served.token
        answer = served.ask(url, token, Range=f"bytes={first}-{first + 999}")
        return answer.status_code == 401 if token is None else answer.content == data[first : first + 1000]

    with ThreadPoolExecutor(16) as devices:
        assert all(devices.map(fetch, range(400)))
