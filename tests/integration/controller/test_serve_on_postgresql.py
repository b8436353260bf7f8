"""The whole controller on a real PostgreSQL and Mosquitto: what comes is stored once, and every command answers."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import a_birth, some_telemetry
from controller_process import ControllerProcess, Device, eventually, run
from fer_controller.settings import PostgresUrl
from real_broker import Mosquitto
from real_postgres import OwnPostgres, running

from .test_serve import Publisher

EVENTS = 200
ROUNDS = 3
COMMANDS = (
    "devices", "cameras", "totals", "dead-letters", "events", "events --per hour", "telemetry", "telemetry --per hour",
    "rollouts list", "models list", "label nano-01 site=lab", "label", "enroll nano-02", "devices tokens",
    "operators add anna", "operators list", "ca make", "ca show", "ca server broker --out {folder}/broker", "ca list",
    "enroll nano-03 --out {folder}/nano-03", "devices revoke nano-03", "export --out {folder}/events.csv",
    "export --per-day --out {folder}/days", "audit list", "audit export", "audit verify", "events --device nano-01",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with running() as made:
        yield made


@pytest.fixture
def place(server: OwnPostgres) -> PostgresUrl:
    return server.database()


@pytest.fixture
def controller(tmp_path: Path, mosquitto: Mosquitto, place: PostgresUrl) -> Iterator[ControllerProcess]:
    process = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, on=place)
    yield process
    process.kill()


@pytest.mark.mosquitto
@pytest.mark.parametrize("killed", ["controller", "server", "sessions"])
def test_every_event_is_stored_once_whatever_is_killed(
    controller: ControllerProcess, device: Device, server: OwnPostgres, place: PostgresUrl, killed: str
) -> None:
    controller.until_connected()
    device.reconnect()
    for number in range(ROUNDS):
        device.observe(EVENTS)
        eventually(lambda least=number * EVENTS: len(controller.seqs()) > least, "some are stored")  # type: ignore[misc]
        if killed == "controller":
            controller.kill()
            controller.start()
        elif killed == "server":
            server.stop(signal.SIGQUIT)
            time.sleep(0.3)
            server.start()
        else:
            server.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{place.name}'",  # noqa: S608
                "postgres",
            )
    device.flush()
    assert controller.seqs() == list(range(1, ROUNDS * EVENTS + 1))
    assert controller.query("SELECT contiguous_seq FROM streams") == [(ROUNDS * EVENTS,)]


@pytest.mark.mosquitto
def test_a_server_that_comes_up_later_is_waited_for(
    controller: ControllerProcess, device: Device, server: OwnPostgres
) -> None:
    server.stop()
    controller.start()
    eventually(lambda: "Trying again until it works." in controller.log(), "the controller waits")
    server.start()
    controller.until_connected()
    device.reconnect()
    device.observe(10)
    device.flush()
    assert controller.seqs() == list(range(1, 11))


@pytest.mark.mosquitto
def test_a_controller_that_waits_for_its_server_ends_when_it_is_told(
    controller: ControllerProcess, server: OwnPostgres
) -> None:
    server.stop()
    controller.start()
    eventually(lambda: "Trying again until it works." in controller.log(), "the controller waits")
    assert controller.stop() == 0
    server.start()


@pytest.mark.mosquitto
def test_every_command_answers_from_it(
    controller: ControllerProcess,
    device: Device,
    mosquitto: Mosquitto,
    place: PostgresUrl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    controller.until_connected()
    publisher = Publisher(mosquitto.port)
    publisher.send(a_birth(), retain=True)
    publisher.send(some_telemetry())
    eventually(lambda: controller.query("SELECT 1 FROM telemetry"), "telemetry is stored")
    publisher.close()
    device.reconnect()
    device.observe(50)
    device.flush()
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        arguments = command.format(folder=tmp_path).split()
        found = run(*arguments, FER_CONTROLLER_DB=place.url)
        assert found.returncode == 0, f"{command}: {found.stderr or found.stdout}"
    events = run("events", "--json", "--limit", "1000", "--db", place.url)
    assert len(events.stdout.splitlines()) == 50
    totals = run("totals", "--json", "--db", place.url)
    assert json.loads(totals.stdout)["events"] == 50
    backup = run("backup", str(tmp_path / "backup"), "--db", place.url)
    assert backup.returncode == 1
    assert "keep it with pg_dump or pg_basebackup" in backup.stderr
