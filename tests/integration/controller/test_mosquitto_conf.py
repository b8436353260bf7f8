"""The shipped Mosquitto configuration is valid, and its access list holds."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import a_birth, an_event
from controller_process import ControllerProcess, eventually
from fer_agent.reporting.home_assistant import announcement
from fer_agent.settings import Settings
from shipped_broker import PASSWORD, with_passwords


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Mosquitto with the shipped files, which the controller logs in to twice; only port and paths are changed."""
    if not shutil.which("mosquitto_pub"):
        pytest.skip("Mosquitto's clients are not installed (apt-get install mosquitto-clients).")
    for name, value in {
        "USERNAME": "fer-controller",
        "ROLLOUTS_USERNAME": "fer-rollouts",
        "PASSWORD": PASSWORD,
    }.items():
        monkeypatch.setenv(f"FER_CONTROLLER_BROKER__{name}", value)
    (folder := tmp_path / "mosquitto").mkdir()
    broker = with_passwords(folder)
    broker.start()
    assert "rror" not in broker.log_file.read_text()
    yield broker.port
    broker.stop()


def login(port: int, user: str) -> list[str]:
    return ["-h", "127.0.0.1", "-p", str(port), "-u", user, "-P", PASSWORD]


def publish(port: int, user: str, topic: str, payload: bytes, *options: str) -> int:
    command = ["mosquitto_pub", *login(port, user), "-q", "1", "-V", "5"]
    return subprocess.run(
        [*command, "-t", topic, "-s", *options], input=payload, capture_output=True, check=False
    ).returncode


def test_a_device_writes_its_own_topics_only_and_the_controller_hears_it(port: int, tmp_path: Path) -> None:
    controller = ControllerProcess(tmp_path / "fleet.db", f"mqtt://127.0.0.1:{port}")
    controller.until_connected()
    try:
        publish(port, "nano-02", "fer/v1/nano-01/emotion/door", an_event(66).payload())
        publish(port, "nano-02", "fer/v1/nano-01/status", a_birth().payload(), "-r")
        publish(port, "nano-01", "fer/v1/nano-01/ack", b"{}", "-r")
        publish(port, "nano-01", "fer/v1/nano-01/emotion/door", b"x" * 140_000)
        publish(port, "nano-01", "fer/v1/nano-01/emotion/door", b"x" * 70_000)
        assert publish(port, "nano-01", "fer/v1/nano-01/emotion/door", an_event(1).payload()) == 0
        eventually(lambda: controller.seqs() == [1], "the device's own event is stored")
        assert controller.query("SELECT device, state FROM devices") == [("nano-01", "online")]
        assert controller.query("SELECT size_bytes FROM dead_letters") == [(70_000,)]
        ack = subprocess.run(
            ["mosquitto_sub", *login(port, "nano-01"), "-C", "1", "-W", "10", "-t", "fer/v1/nano-01/ack"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"seq":1}' in ack.stdout
    finally:
        controller.kill()


def test_a_device_announces_itself_to_home_assistant_and_no_other(port: int) -> None:
    named = announcement(Settings(device="nano-01", home_assistant={"discovery": "on"}))
    assert named is not None
    publish(port, "nano-02", named.topic, b"an impostor", "-r")
    publish(port, "nano-01", named.topic, named.payload, "-r")
    heard = subprocess.run(
        ["mosquitto_sub", *login(port, "homeassistant"), "-C", "1", "-W", "10", "-t", "homeassistant/device/+/config"],
        capture_output=True,
        check=True,
    )
    assert heard.stdout.strip() == named.payload


def test_a_wrong_password_ends_serve_with_a_sentence(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_BROKER__PASSWORD", "wrong")
    controller = ControllerProcess(tmp_path / "fleet.db", f"mqtt://127.0.0.1:{port}")
    controller.start()
    assert controller.wait() == 1
    last = controller.log().splitlines()[-1]
    assert last.startswith(f"error: The broker at mqtt://127.0.0.1:{port} refuses fer-controller-")
    assert last.endswith("check broker.username and broker.password.")
    assert "Traceback" not in controller.log()
