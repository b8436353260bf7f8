import socket
from pathlib import Path

import pytest
import requests
from controller_process import eventually
from fer_controller.errors import HttpError
from fer_controller.http.process import HttpProcess
from integration.controller.served_registry import Registry, large_file, settings_in


def test_it_is_begun_again_when_it_is_killed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"), Registry(tmp_path) as registry:
        registry.ask("/v1/health")
        first = registry.child()
        first.kill()
        assert registry.ask("/v1/health", None).json() == {"status": "ok"}
        assert registry.child().pid != first.pid
        port = registry.process.port
    said = [record.message for record in caplog.records]
    assert said.count(f"Models are served at http://127.0.0.1:{port}.") == 2
    assert "The HTTP server ended (signal 9); it restarts in 0.5 s." in said


def test_it_ends_in_order_also_in_the_middle_of_a_download(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"):
        with Registry(tmp_path, max_mbytes_s=0.1) as registry:
            answer = registry.ask(f"/v1/artifacts/{registry.add_bytes(large_file(tmp_path))}")
            child = registry.child()
        answer.close()
        assert not child.is_running()
    assert caplog.records == []


def test_a_request_that_fails_is_one_sentence_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"), Registry(tmp_path) as registry:
        model = registry.add(tmp_path / "tiny")
        path = registry.catalogue.artifacts.path(model.variant("fp32").sha256)
        path.unlink()
        path.mkdir()
        with pytest.raises(requests.RequestException):
            _ = registry.ask(model.artifact("fp32").url).content
        eventually(lambda: caplog.records, "the fault is logged")
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        f"A request failed: IsADirectoryError: [Errno 21] Is a directory: '{path}'"
    ]


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text("My diary")
    http = {"cert_file": tmp_path / "server.pem", "key_file": tmp_path / "server.pem"}
    with pytest.raises(HttpError, match=r"http\.cert_file \(.*server\.pem\) holds no certificate"):
        HttpProcess(settings_in(tmp_path, **http)).__enter__()


def test_a_place_that_is_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_controller.http.process.BIND_PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(HttpError, match=rf"cannot be served at {place}: Address already in use\. Name another"):
            HttpProcess(settings_in(tmp_path, listen=place)).__enter__()


def test_a_place_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(HttpError, match=r"cannot be served at no\.such\.host\.invalid:80: "):
        HttpProcess(settings_in(tmp_path, listen="no.such.host.invalid:80")).__enter__()
