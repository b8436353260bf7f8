"""The shipped Mosquitto configuration is valid, and its access list holds."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import a_birth, an_event
from controller_process import ControllerProcess, eventually
from fer_agent.reporting.home_assistant import announcement
from fer_agent.settings import Settings
from real_broker import free_port, mosquitto_binary

PASSWORD = "secret"  # noqa: S105 - of a broker that lives for one test


@pytest.fixture
def port(root: Path, tmp_path: Path) -> Iterator[int]:
    """Mosquitto with the shipped files; only port and paths are changed."""
    binary = mosquitto_binary()
    tools = [shutil.which(tool) for tool in ("mosquitto_passwd", "mosquitto_pub", "mosquitto_sub")]
    if binary is None or not all(tools):
        pytest.skip("Mosquitto and its clients are not installed (apt-get install mosquitto mosquitto-clients).")
    folder = tmp_path / "mosquitto"
    folder.mkdir(mode=0o777)
    shutil.copy(root / "controller/mosquitto/fer.acl", folder / "fer.acl")
    (folder / "fer.passwd").touch()
    for name in ("fer-controller", "homeassistant", "nano-01", "nano-02"):
        subprocess.run(["mosquitto_passwd", "-b", str(folder / "fer.passwd"), name, PASSWORD], check=True)
    for name in ("fer.acl", "fer.passwd"):
        (folder / name).chmod(0o644)
    port = free_port()
    shipped = (root / "controller/mosquitto/mosquitto.conf").read_text()
    config = (
        shipped.replace("listener 1883 0.0.0.0", f"listener {port} 127.0.0.1")
        .replace("/etc/mosquitto/", f"{folder}/")
        .replace("/var/lib/mosquitto/", f"{folder}/")
    )
    # Started by root, Mosquitto would become the user mosquitto, who may not look into this folder.
    (folder / "mosquitto.conf").write_text(f"{config}\nuser {getpass.getuser()}\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
    eventually(lambda: accepts(port) or process.poll() is not None, "Mosquitto listens")
    assert process.poll() is None, (folder / "log").read_text()
    assert "rror" not in (folder / "log").read_text()
    yield port
    process.terminate()
    process.wait(20)


def accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def login(port: int, user: str) -> list[str]:
    return ["-h", "127.0.0.1", "-p", str(port), "-u", user, "-P", PASSWORD]


def publish(port: int, user: str, topic: str, payload: bytes, *options: str) -> int:
    command = ["mosquitto_pub", *login(port, user), "-q", "1", "-V", "5"]
    return subprocess.run(
        [*command, "-t", topic, "-s", *options], input=payload, capture_output=True, check=False
    ).returncode


def test_a_device_writes_its_own_topics_only_and_the_controller_hears_it(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_BROKER__USERNAME", "fer-controller")
    monkeypatch.setenv("FER_CONTROLLER_BROKER__PASSWORD", PASSWORD)
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
    monkeypatch.setenv("FER_CONTROLLER_BROKER__USERNAME", "fer-controller")
    monkeypatch.setenv("FER_CONTROLLER_BROKER__PASSWORD", "wrong")
    controller = ControllerProcess(tmp_path / "fleet.db", f"mqtt://127.0.0.1:{port}")
    controller.start()
    begun_s = time.monotonic()
    assert controller.wait() == 1
    assert time.monotonic() - begun_s < 30
    last = controller.log().splitlines()[-1]
    assert last.startswith(f"error: The broker at mqtt://127.0.0.1:{port} refuses fer-controller-")
    assert last.endswith("check broker.username and broker.password.")
    assert "Traceback" not in controller.log()
