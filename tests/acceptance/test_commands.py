"""A real broker, controller and agent: it is restarted, examined and diagnosed from afar, and killed meanwhile."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from acceptance.fleet import DEVICE, Program, one_variant, until
from controller_process import ControllerProcess, json_lines, run, run_process
from fer_agent.cli.start import RESTART
from real_broker import Mosquitto, free_port

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(300)]
SECRETS = ("sesam-der-kamera", "sesam-des-brokers")
CAMERAS: "list[dict[str, Any]]" = [
    {"name": "door", "source": "demo:", "fps": 15, "width_px": 320},
    {"name": "gate", "source": f"rtsp://admin:{SECRETS[0]}@127.0.0.1:9/live"},
]


class Site:
    """A controller and one agent, whose settings hold a camera's password, a broker's, and a token."""

    def __init__(self, folder: Path, broker: Mosquitto, asked: str = "", **environment: str) -> None:
        """Asked is where the agent takes the controller to be, if that is somewhere else."""
        place = f"127.0.0.1:{free_port()}"
        self.folder = folder
        self.controller = ControllerProcess(folder / "fleet.db", broker.url, "--http", place)
        self.controller.until_connected()
        self.run("models", "keygen")
        self.token = json_lines(self.run("enroll", DEVICE, "--json"))[0]["token"]
        self.state = folder / "state" / DEVICE
        self.agent = Program(
            folder, "fer-agent", "start", "--device", DEVICE, "--broker", broker.url, "--state-dir",
            str(folder / "state"), "--controller", asked or f"http://{place}",
            **{
                "FER_AGENT_CAMERAS": json.dumps(CAMERAS),
                "FER_AGENT_UPDATE__PUBLIC_KEY": str(folder / "fleet.models" / "signing.pub"),
                "FER_AGENT_UPDATE__TOKEN": self.token,
                "FER_AGENT_BROKER__USERNAME": DEVICE,
                "FER_AGENT_BROKER__PASSWORD": SECRETS[1],
                "FER_AGENT_BROKER__RECONNECT_MAX_S": "1",
                "FER_AGENT_TELEMETRY__INTERVAL_S": "1",
                "FER_AGENT_SPOOL__FLUSH_TIMEOUT_S": "2",
                "NOTIFY_SOCKET": str(folder / "systemd"),
                **one_variant(folder),
                **environment,
            },
        )  # fmt: skip
        self.agent.start()
        until(lambda: self.runs, "the agent is online")

    def run(self, *words: str) -> str:
        """A command over the controller's database."""
        done = run(*words, "--db", str(self.controller.db))
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def runs(self) -> str:
        """The id of the agent's run while it is online."""
        found = self.controller.query(f"SELECT run FROM devices WHERE device = '{DEVICE}' AND state = 'online'")  # noqa: S608 - our words
        return str(found[0][0]) if found else ""

    def asking(self, *words: str) -> "CompletedProcess[str]":
        """`devices WORDS` in a process of its own, to its end."""
        return run_process("devices", *words, "--db", str(self.controller.db))

    @property
    def noted(self) -> "list[dict[str, Any]]":
        """What the agent's ledger has on the disk."""
        file = self.state / "commands.json"
        taken: list[dict[str, Any]] = json.loads(file.read_bytes())["taken"] if file.exists() else []
        return taken

    def end(self) -> None:
        self.agent.kill()
        self.controller.kill()


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Site]:
    made = Site(tmp_path, mosquitto)
    yield made
    made.end()


def test_an_agent_is_restarted_and_another_run_of_it_answers(site: Site) -> None:
    before = site.runs
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(site.asking, "restart", DEVICE, "--json")
        assert site.agent.wait() == RESTART
        site.agent.start()
        done = asked.result()
    (answer,) = json_lines(done.stdout)
    assert (done.returncode, answer["state"], answer["reason"]) == (0, "answered", "The agent runs anew."), done.stderr
    until(lambda: site.runs not in ("", before), "the new run is online")
    assert answer["run"] == site.runs
    assert "The agent ends now, to be started again" in site.agent.log.read_text()


def test_a_bundle_of_diagnostics_is_fetched_and_holds_no_secret(site: Site) -> None:
    until(lambda: "gate" in site.run("cameras"), "telemetry tells of both cameras")
    file = site.folder / "nano-01.json"
    done = site.asking("diagnose", DEVICE, "--out", str(file))
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_bytes())
    states = {each["check"]: each["state"] for each in found["findings"]}
    assert states["camera door"] == states["model classifier"] == states["updates"] == "ok"
    assert states["camera gate"] == "failed"
    assert 'source = "rtsp://***@127.0.0.1:9/live"' in found["settings"]
    assert found["versions"]["fer-agent"]
    assert {each["camera"] for each in found["telemetry"]["cameras"]} == {"door", "gate"}
    assert any(f"{DEVICE} runs " in line for line in found["log"])
    secrets = (*SECRETS, site.token)
    kept = [
        file.read_text(),
        (site.state / "log").read_text(),
        json.dumps(site.controller.query("SELECT * FROM commands")),
    ]
    assert [secret for secret in secrets for text in kept if secret in text] == []
    doctor = site.asking("doctor", DEVICE, "--json")
    assert doctor.returncode == 1
    assert {each["check"] for each in json_lines(doctor.stdout)} == {*states}
    assert any("camera" in line for line in site.asking("logs", DEVICE).stdout.splitlines())


def test_who_is_killed_while_a_command_is_carried_out_tells_so_and_does_not_do_it_again(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        site = Site(tmp_path, mosquitto, place, FER_AGENT_UPDATE__TIMEOUT_S="120")
        try:
            _killed_meanwhile(site)
        finally:
            site.end()


def _killed_meanwhile(site: Site) -> None:
    """The doctor waits for a controller that says nothing; that it was noted is on the disk by then."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(site.asking, "doctor", DEVICE)
        until(lambda: site.noted, "the command is noted")
        assert site.noted[0]["outcome"] == ""
        site.agent.kill()
        site.agent.start()
        done = asked.result()
    assert done.returncode == 1
    assert "doctor is failed. The agent ended before it was done; ask again." in done.stderr
    assert [each["outcome"] for each in site.noted] == ["failed"]
