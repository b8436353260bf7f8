"""What is ours is for nobody else: answers are not kept or guessed at, files are not read, open doors are told."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_agent.host.state_folder import StateFolder
from fer_agent.outbox.spool import Spool
from fer_controller.broker.embedded import EmbeddedBroker
from fer_controller.http.process import HttpProcess
from fer_controller.registry.signing import PRIVATE_FILE, make_keys
from fer_controller.settings import load
from fer_controller.store import opening
from fer_controller.store.credentials.records import DEVICE, Token
from fer_controller.store.credentials.store import TokenStore
from integration.controller.served_registry import Registry
from real_broker import free_port

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.fixture(autouse=True)
def _a_careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("served")
    with Registry(folder) as registry:
        registry.add(folder / "tiny")
        yield registry


@pytest.mark.parametrize(
    "path",
    ["/v1/health", "/v1/me", "/metrics", "/", "/dashboard/app.js", "/nowhere", "/v1/openapi.json", "model", "file"],
)
def test_no_answer_is_taken_for_something_else_or_kept_by_others(served: Registry, path: str) -> None:
    model = served.catalogue.get("tiny")
    path = {"model": model.manifest_url, "file": model.artifact("fp32").url}.get(path, path)
    headers = served.ask(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == ("no-cache" if path in ("/", "/dashboard/app.js") else "no-store")


def modes_of_others(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mode & OTHERS for each in folder.iterdir() if each.is_file()}


def test_a_database_and_the_files_beside_it_are_ours_alone(tmp_path: Path) -> None:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        TokenStore(database).put(Token("nano-01", DEVICE, "2026-01-01T00:00:00Z"), "0" * 64)
        assert {*modes_of_others(tmp_path).values()} == {0}
        assert "fleet.db-wal" in modes_of_others(tmp_path)


def test_a_spool_and_the_folder_of_a_device_are_ours_alone(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path, "nano-01")
    spool = Spool(folder.spool, "nano-01", 10**6)
    assert folder.path.stat().st_mode & OTHERS == 0
    modes = modes_of_others(folder.path)
    assert {name: modes[name] for name in modes if name.startswith("spool")} == {
        "spool.db": 0, "spool.db-wal": 0, "spool.db-shm": 0,
    }  # fmt: skip
    spool.close()
    folder.release()


def test_the_key_that_signs_models_is_ours_alone(tmp_path: Path) -> None:
    make_keys(tmp_path)
    assert modes_of_others(tmp_path)[PRIVATE_FILE] == 0


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104 - what is told
def test_an_embedded_broker_that_all_can_reach_is_told(host: str, told: bool, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING, "fer_controller.broker.embedded"),
        EmbeddedBroker(f"mqtt://{host}:{free_port()}"),
    ):
        pass
    assert ("anybody on the network may read and publish everything, under any name" in caplog.text) == told


def test_models_that_are_open_to_all_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = load(db=tmp_path / "fleet.db", http={"listen": "0.0.0.0:0", "access": "open"})
    opening.writer(settings.db, create=True).close()
    with caplog.at_level(logging.WARNING), HttpProcess(settings):
        pass
    assert "may fetch every model" in caplog.text
