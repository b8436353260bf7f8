"""Commands on their whole way: asked of a database or over HTTP, sent by who has the broker, answered and audited."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_agent.commands.commands import Commands
from fer_agent.commands.ledger_file import LedgerFile
from fer_agent.update import verify
from fer_controller.commands import asking
from fer_controller.registry.signing import make_keys
from fer_controller.settings.postgresql import written
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects
from fer_wire.commands import OK, Finding
from fer_wire.device.deeds import Sources
from fer_wire.device.trust import Trust, one_key
from linked_device import Device, settings_for
from real_broker import Mosquitto, free_port, running
from real_postgres import Postgres
from role_process import RoleProcess

pytestmark = pytest.mark.mosquitto
DEVICE = "nano-01"
FOUND = Finding(check="disk", state=OK, found="9120 MB free")


class Told:
    """A device at a broker that obeys what the controller's key has signed."""

    def __init__(self, broker: Mosquitto, folder: Path, public: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.examined, self.restarts, self.stopped = 0, 0, False
        self.device = Device(settings_for(broker), folder)
        trust = Trust(one_key(verify.public_key(public)), verify.ed25519)
        sources = Sources(
            examine=self._examine, settings=str, versions=dict, telemetry=lambda: None, log=lambda _now: ["A line."],
            hide=str,
        )  # fmt: skip
        self.commands = Commands(
            DEVICE, self.device.presence.run, lambda: trust, LedgerFile(folder / "commands.json"), self.device.replies,
            sources, self._restart,
        )  # fmt: skip
        self.device.takes = self.commands.take
        self.commands.start()

    def stop(self) -> None:
        """May be called twice."""
        if not self.stopped:
            self.stopped = True
            self.commands.stop()
            self.device.stop()

    def _examine(self) -> "list[Finding]":
        self.examined += 1
        return [FOUND]

    def _restart(self) -> None:
        self.restarts += 1


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The fleet's public key, beside the one that signs."""
    folder = tmp_path / "models"
    make_keys(folder)
    monkeypatch.setenv("FER_CONTROLLER_REGISTRY__FOLDER", str(folder))
    return folder / "signing.pub"


@pytest.fixture
def told(tmp_path: Path, mosquitto: Mosquitto, public: Path) -> Iterator["Callable[[], Told]"]:
    """Makes the device, or another run of it."""
    made: list[Told] = []

    def begin() -> Told:
        while made:
            made.pop().stop()
        made.append(Told(mosquitto, tmp_path / "device", public))
        return made[0]

    yield begin
    while made:
        made.pop().stop()


def known(controller: ControllerProcess) -> bool:
    return bool(controller.query(f"SELECT 1 FROM devices WHERE device = '{DEVICE}'"))  # noqa: S608 - our words


def states(controller: ControllerProcess) -> "list[str]":
    return [state for (state,) in controller.query("SELECT state FROM commands ORDER BY asked_at")]


def test_a_device_is_asked_answers_and_both_stand_in_the_audit_log(
    controller: ControllerProcess, told: "Callable[[], Told]"
) -> None:
    controller.until_connected()
    device = told()
    eventually(lambda: known(controller), "the device is heard of")
    found = run("devices", "doctor", DEVICE, "--json", "--db", str(controller.db))
    assert (found.returncode, json_lines(found.stdout)) == (0, [FOUND.model_dump()]), found.stderr
    logs = run("devices", "logs", DEVICE, "--db", str(controller.db))
    assert (logs.returncode, logs.stdout) == (0, "A line.\n"), logs.stderr
    eventually(lambda: len(controller.query("SELECT 1 FROM commands WHERE noted = 1")) == 2, "both ends are noted")
    entries = controller.query("SELECT action, actor FROM audit WHERE action LIKE 'command%' ORDER BY id")
    assert [action for action, _ in entries].count("commanded") == 2
    assert [actor for action, actor in entries if action == "command_ended"] == [DEVICE, DEVICE]
    assert (device.examined, states(controller)) == (1, ["answered", "answered"])


def test_a_device_that_is_away_is_told_when_it_is_back(
    controller: ControllerProcess, told: "Callable[[], Told]"
) -> None:
    controller.until_connected()
    first = told()
    eventually(lambda: known(controller), "the device is heard of")
    first.stop()
    _ask(controller, "restart")
    eventually(lambda: states(controller) == ["sent"], "it is sent to nobody")
    again = told()
    eventually(lambda: again.restarts == 1, "the device is told")
    last = told()
    eventually(lambda: states(controller) == ["answered"], "the next run answers")
    assert (first.restarts, again.restarts, last.restarts) == (0, 1, 0)


def test_an_answer_that_comes_while_the_controller_is_dead_is_stored_when_it_is_back(
    controller: ControllerProcess, told: "Callable[[], Told]"
) -> None:
    controller.until_connected()
    first = told()
    eventually(lambda: known(controller), "the device is heard of")
    first.stop()
    _ask(controller, "doctor")
    eventually(lambda: states(controller) == ["sent"], "it is sent")
    again = told()
    eventually(lambda: again.examined or states(controller) != ["sent"], "the device is told")
    controller.kill()
    controller.until_connected()
    eventually(lambda: states(controller) == ["answered"], "the answer is stored")
    assert again.examined == 1


def test_with_several_processes_who_has_the_device_s_broker_sends_it_and_another_is_asked(
    tmp_path: Path, mosquitto: Mosquitto, postgres: Postgres, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, port = postgres.database(), free_port()
    with running(tmp_path / "other") as other:
        processes = [
            RoleProcess(tmp_path, "one", place, "ingest", "--broker", mosquitto.url),
            RoleProcess(tmp_path, "two", place, "ingest", "--broker", other.url),
            RoleProcess(tmp_path, "page", place, "http,retention", "--http", f"127.0.0.1:{port}"),
        ]
        device = None
        try:
            for process, said in zip(processes, ("Connected", "Connected", "Models are served at"), strict=True):
                process.until_it_says(said)
            device = Told(other, tmp_path / "device", public)
            made = run("operators", "add", "alice", "--role", "operator", "--json", "--db", written(place))
            monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", json_lines(made.stdout)[0]["token"])
            url = ("--url", f"http://127.0.0.1:{port}")
            eventually(lambda: DEVICE in run("devices", *url).stdout, "the device is heard of")
            found = run("devices", "doctor", DEVICE, "--json", *url)
            assert (found.returncode, json_lines(found.stdout)) == (0, [FOUND.model_dump()]), found.stderr
            assert device.examined == 1
        finally:
            if device is not None:
                device.stop()
            for process in processes:
                process.kill()


def _ask(controller: ControllerProcess, kind: str) -> None:
    """Ask and do not wait."""
    with opening.writer(controller.db) as database:
        asking.ask(Subjects(database), DEVICE, kind, "alice", datetime.now(UTC), 120.0)
