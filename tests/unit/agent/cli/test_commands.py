import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import List

import pytest
from commands import ran
from fer_agent import doctor
from fer_agent.cli import run
from fer_agent.errors import BrokerError, RejectedError
from fer_agent.settings import Settings
from fer_wire.commands import OK, WARNING
from fer_wire.device.record import Heard, Record
from tiny_onnx import network, write_model
from unit.agent.update.making import Signer
from unit.agent.update.signed_orders import key_list, listed


def fer_agent(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return ran(run, arguments)


def process(*arguments: str) -> "subprocess.CompletedProcess[str]":
    code = "import sys; from fer_agent.cli import main; sys.argv[0] = 'fer-agent'; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_config_writes_a_file_and_never_over_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert fer_agent("config", "--out", str(path)).returncode == 0
    assert "[broker]" in path.read_text()
    again = fer_agent("config", "--out", str(path))
    assert again.returncode == 1
    assert again.stderr == f"fer-agent: {path} already exists and is left as it is; give another --out or remove it.\n"


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--device", "a/b"], 2, "The setting device is wrong: 'a/b' is not a valid name for a device or camera"),
        (["--broker", "http://x"], 2, "The setting broker.url is wrong: expected mqtt://HOST:PORT"),
        (["--config", "none.toml"], 2, "The settings file none.toml does not exist"),
        (["--source", "demo:", "--once"], 2, "The source of camera camera never ends"),
        (["--source", "none.mp4", "--once"], 1, "There is no video file none.mp4"),
        (["--model", "nowhere"], 1, "nowhere"),
    ],
)
def test_wrong_input_is_one_sentence_and_no_traceback(
    tmp_path: Path, arguments: List[str], status: int, sentence: str
) -> None:
    result = fer_agent("start", "--state-dir", str(tmp_path), *arguments)
    assert result.returncode == status
    complaints = [line for line in result.stderr.splitlines() if line.startswith("fer-agent: ")]
    assert len(complaints) == 1
    assert sentence in complaints[0]
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = fer_agent("start", "--state-dir", str(tmp_path), "--device", "a/b", "--debug")
    assert result.returncode == 2
    assert "Traceback" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("fer-agent: The setting device is wrong")


def test_bench_measures_each_variant_and_marks_the_one_that_the_settings_take(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", {"fp32": network(), "int8": network()})
    result = fer_agent("bench", "--json", "--model", str(model), "--state-dir", str(tmp_path / "state"))
    assert result.returncode == 0
    found = json.loads(result.stdout)
    assert found["device"]["architecture"]
    assert [each["taken"] for each in found["variants"]].count(True) == 1
    assert all(each["p50_ms"] > 0 for each in found["variants"])
    shown = fer_agent("bench", "--precision", "fp32", "--model", str(model), "--state-dir", str(tmp_path / "state"))
    assert "The settings choose tiny@1.0.0/fp32;" in shown.stdout


def test_bench_fails_where_no_variant_runs(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", {"fp32": network(classes=5)})
    result = fer_agent("bench", "--model", str(model), "--state-dir", str(tmp_path / "state"))
    assert result.returncode == 1
    assert "breaks the contract" in " ".join(result.stdout.split())


def test_a_process_ends_with_the_exit_status_of_its_command(tmp_path: Path) -> None:
    assert process("start", "--nonsense").returncode == 2
    failed = process("start", "--state-dir", str(tmp_path), "--source", "none.mp4", "--once")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "There is no video file none.mp4" in failed.stderr.splitlines()[-1]


def test_doctor_tells_what_fails_and_what_to_do(tmp_path: Path) -> None:
    result = fer_agent(
        "doctor", "--json", "--state-dir", str(tmp_path), "--device", "nano-01",
        "--source", "none.mp4", "--model", "nowhere", "--broker", "mqtt://127.0.0.1:1",
    )  # fmt: skip
    assert result.returncode == 1
    findings = {finding["check"]: finding for finding in map(json.loads, result.stdout.splitlines())}
    assert set(findings) == {
        "camera camera",
        "finder",
        "landmarker",
        "model",
        "tensorrt",
        "broker",
        "state",
        "disk",
        "updates",
        "orders",
        "clock",
        "jtop",
    }
    assert findings["camera camera"]["state"] == findings["model"]["state"] == findings["broker"]["state"] == "failed"
    assert "There is no video file none.mp4" in findings["camera camera"]["remedy"]
    assert findings["finder"]["state"] == findings["landmarker"]["state"] == findings["state"]["state"] == "ok"
    assert "passes its golden batch" in findings["finder"]["found"]


def test_doctor_asks_each_broker(tmp_path: Path) -> None:
    urls = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"]
    broker = {"url": urls[0], "fallback_urls": urls[1:]}
    settings = Settings.model_validate({"state_dir": tmp_path, "broker": broker})
    findings = dict(doctor.brokers(settings))
    assert list(findings) == [f"broker {url}" for url in urls]
    for url in urls:
        with pytest.raises(BrokerError, match=f"The broker {url} cannot be reached"):
            findings[f"broker {url}"]()


def test_doctor_checks_what_finds_the_faces_and_names_the_licence_of_dlibs_landmarks(tmp_path: Path) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path, "faces": {"finder": "dlib"}})
    ((check, look),) = doctor.eyes(settings)
    state, found, _ = look()
    assert (check, state) == ("landmarks", "ok")
    assert "licence excludes commercial use" in found


def test_doctor_tells_whether_orders_are_signed_and_until_when_the_last_one_holds(tmp_path: Path) -> None:
    signer, long_ago = Signer(tmp_path), datetime(2026, 1, 1, tzinfo=timezone.utc)
    (tmp_path / "keys.json").write_bytes(key_list(3, listed(signer)).payload())
    settings = Settings.model_validate({"state_dir": tmp_path, "update": {"keys_file": tmp_path / "keys.json"}})
    (tmp_path / settings.device).mkdir()
    assert doctor.orders(Settings.model_validate({"state_dir": tmp_path}))[1] == "none is obeyed, for no key is set"
    spoilt = {"state_dir": tmp_path, "update": {"keys_file": tmp_path / "keys.json"}}
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(RejectedError, match=r"correct update\.keys_file"):
        doctor.orders(Settings.model_validate(spoilt))
    (tmp_path / "keys.json").write_bytes(key_list(3, listed(signer)).payload())
    assert doctor.orders(settings)[:2] == (
        OK,
        "signed orders alone are taken, by list of keys 3; there was none yet",
    )
    heard = Record(signed={signer.text: Heard(sequence=1, expires=long_ago)})
    (tmp_path / settings.device / "update.json").write_text(heard.model_dump_json())
    state, found, remedy = doctor.orders(settings)
    assert (state, found[-47:]) == (WARNING, "; the last one holds until 2026-01-01 00:00 UTC")
    assert remedy.startswith("Newer orders may be kept from this device")


def test_a_thread_that_hangs_in_its_driver_does_not_keep_python_from_leaving() -> None:
    code = (
        "import atexit, sys, threading; from fer_agent.cli import main; sys.argv = ['fer-agent', 'config'];"
        "atexit.register(print, 'the long way out');"
        "threading.Thread(target=threading.Event().wait, daemon=True).start(); main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert result.stdout == fer_agent("config").stdout
