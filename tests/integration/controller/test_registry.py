"""The commands of the registry, as a user runs them, and on what is not sound."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from controller_process import json_lines, run
from fer_controller.registry.signing import make_keys
from tiny_onnx import in_each_precision, network, write_model


class Desk:
    """Runs the commands on one database."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "fleet.db"
        self.models = folder / "fleet.models"

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return run(*arguments, "--db", str(self.db))

    def fault(self, *arguments: str) -> str:
        """The one sentence of a command that fails."""
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    make_keys(desk.models)
    return desk


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny", in_each_precision())


def test_a_model_from_its_key_to_its_end(desk: Desk, entry: Path) -> None:
    assert "make one with `fer-controller models keygen`" in desk.fault("models", "add", str(entry))
    keys = desk.run("models", "keygen")
    assert keys.stdout.startswith("The keys are made.\nGive ")
    added = desk.run("models", "add", str(entry))
    assert (added.returncode, added.stdout) == (
        0,
        "tiny@1.0.0 is in the registry now: fp32, fp16, int8, and no card.\n",
    )
    assert "was in the registry already" in desk.run("models", "add", str(entry)).stdout
    assert "tiny@1.0.0" in desk.run("models", "list").stdout
    assert "int8" in desk.run("models", "show", "tiny").stdout
    verified = desk.run("models", "verify")
    assert (verified.returncode, "ok" in verified.stdout) == (0, True)
    removed = desk.run("models", "remove", "tiny@1.0.0")
    assert removed.stdout.startswith("tiny@1.0.0 is removed; ")
    assert list((desk.models / "artifacts").iterdir()) == []


def test_programs_get_json(keyed: Desk, entry: Path) -> None:
    (added,) = json_lines(keyed.run("models", "add", str(entry), "--json").stdout)
    (listed,) = json_lines(keyed.run("models", "list", "--json").stdout)
    assert added == {"added": True, **listed}
    assert [variant["precision"] for variant in listed["variants"]] == [*in_each_precision()]
    (shown,) = json_lines(keyed.run("models", "show", "tiny@1.0.0", "--json").stdout)
    assert shown["manifest"]["signature"]
    (verified,) = json_lines(keyed.run("models", "verify", "--json").stdout)
    assert verified == {"model": "tiny@1.0.0", "ok": True, "fault": None}
    (keys,) = json_lines(keyed.run("models", "keygen", "--force", "--json").stdout)
    assert keys == {"made": True, "public_key": str(keyed.models / "signing.pub"), "signed_anew": ["tiny@1.0.0"]}
    (removed,) = json_lines(keyed.run("models", "remove", "tiny@1.0.0", "--json").stdout)
    assert removed["freed_bytes"] == sum(variant["size_bytes"] for variant in listed["variants"])


def test_what_rots_is_found(keyed: Desk, entry: Path) -> None:
    (model,) = json_lines(keyed.run("models", "add", str(entry), "--json").stdout)
    path = keyed.models / "artifacts" / model["variants"][1]["sha256"]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = keyed.run("models", "verify", "--json")
    (verified,) = json_lines(done.stdout)
    assert (done.returncode, verified["ok"]) == (1, False)
    assert "is damaged: its sha256 is not that of its manifest" in verified["fault"]


def test_a_shipped_model_is_taken_in_whole(keyed: Desk, root: Path) -> None:
    entries = [path.parent for path in sorted((root / "models" / "zoo").glob("*/*/manifest.json"))]
    assert entries
    for entry in entries:
        assert keyed.run("models", "add", str(entry)).returncode == 0
    assert len(json_lines(keyed.run("models", "list", "--json").stdout)) == len(entries)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (network()[:5000], "is not an .onnx file: it is truncated"),
        (network()[:-2] + b"\x10\x12", "needs the operator sets ai.onnx 18"),
        (network(classes=8), "its output is probabilities tensor(float) N×8"),
        (network().replace(b"Softmax", b"Sigmoid"), "gives no probabilities that add up to 1"),
    ],
)
def test_a_model_that_breaks_the_contract_is_refused_with_one_sentence(
    keyed: Desk, tmp_path: Path, data: bytes, sentence: str
) -> None:
    assert sentence in keyed.fault("models", "add", str(write_model(tmp_path / "bad", {"fp32": data})))
    assert keyed.run("models", "list", "--json").stdout == ""


def test_a_card_is_printed_as_text_and_its_lack_says_what_to_do(keyed: Desk, entry: Path) -> None:
    keyed.run("models", "add", str(entry))
    assert "none; put card.md into its folder" in keyed.run("models", "show", "tiny", "--card").stdout
    (entry / "card.md").write_text("# tiny\n\x1b[2JFür alle.\n")
    assert keyed.run("models", "add", str(entry)).stdout.endswith("already: fp32, fp16, int8, and its card.\n")
    assert keyed.run("models", "show", "tiny", "--card").stdout == "# tiny\n\\x1b[2JFür alle.\n\n"
    assert "Card: `fer-controller models show tiny@1.0.0 --card`" in keyed.run("models", "show", "tiny").stdout


def test_what_a_manifest_says_of_each_emotion_is_printed(keyed: Desk, root: Path) -> None:
    entry = max((root / "models/zoo/nano").iterdir())
    keyed.run("models", "add", str(entry))
    shown = keyed.run("models", "show", "nano").stdout
    fear = json.loads((entry / "manifest.json").read_text())["variants"][0]["accuracy"][0]["emotions"][2]
    words = ("fp32", "fear", fear["images"], f"{fear['precision']:.1%}", f"{fear['recall']:.1%}")
    assert re.search(" +".join(re.escape(str(word)) for word in words), shown), shown


def test_a_token_is_shown_once_and_taken_away(desk: Desk) -> None:
    (made,) = json_lines(desk.run("enroll", "nano-01", "--json").stdout)
    assert (made["device"], len(made["token"])) == ("nano-01", 43)
    assert "nano-01 is enrolled already" in desk.fault("enroll", "nano-01")
    again = desk.run("enroll", "nano-01", "--replace")
    assert made["token"] not in again.stdout
    assert len(again.stdout.splitlines()) == 1
    assert "FER_AGENT_UPDATE__TOKEN" in again.stderr
    (revoked,) = json_lines(desk.run("enroll", "nano-01", "--revoke", "--json").stdout)
    assert revoked == {"device": "nano-01", "revoked": True}
    assert "nano-01 has no token" in desk.fault("enroll", "nano-01", "--revoke")
    assert "'a b' is not a valid name for a device" in desk.fault("enroll", "a b")


def test_several_devices_get_a_line_each_and_one_wrong_name_gives_none_a_token(desk: Desk) -> None:
    desk.run("enroll", "nano-03")
    assert "'a b' is not a valid name for a device" in desk.fault("enroll", "nano-01", "a b")
    assert "nano-01 has no token" in desk.fault("enroll", "nano-01", "--revoke")
    lines = [line.split() for line in desk.run("enroll", "nano-01", "nano-02").stdout.splitlines()]
    assert [(device, len(token)) for device, token in lines] == [("nano-01", 43), ("nano-02", 43)]
    made = json_lines(desk.run("enroll", "nano-01", "nano-02", "--replace", "--json").stdout)
    assert [each["device"] for each in made] == ["nano-01", "nano-02"]


def test_of_several_devices_one_that_is_enrolled_keeps_all_as_they_are(desk: Desk) -> None:
    desk.run("enroll", "nano-02")
    assert "nano-02 is enrolled already" in desk.fault("enroll", "nano-01", "nano-02")
    assert "nano-01 has no token" in desk.fault("enroll", "nano-02", "nano-01", "--revoke")
    assert desk.run("enroll", "nano-02", "--revoke").returncode == 0


@pytest.mark.parametrize("words", ["enroll nano-01 --revoke", "enroll a/b", "operators add bob", "models add ."])
def test_a_command_that_fails_leaves_no_database(desk: Desk, words: str) -> None:
    desk.fault(*words.split())
    assert not list(desk.db.parent.glob("fleet.db*"))


def test_a_command_that_fails_keeps_the_database_that_was_there(keyed: Desk, tmp_path: Path) -> None:
    keyed.run("enroll", "nano-01")
    keyed.fault("models", "add", str(tmp_path))
    assert "nano-01 is enrolled already" in keyed.fault("enroll", "nano-01")


HERE = ("enroll nano-01", "models keygen", "models add .", "models verify", "models remove tiny@1")


@pytest.mark.parametrize("words", HERE)
def test_a_command_for_the_controllers_machine_refuses_elsewhere(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words.split(), FER_CONTROLLER_API__URL="https://fleet.example:8780")
    assert (done.returncode, done.stdout) == (2, "")
    assert "works on the controller's own machine alone" in done.stderr
    assert "https://fleet.example:8780" in done.stderr
    assert not list(tmp_path.iterdir())


def test_removing_asks_for_a_version(keyed: Desk) -> None:
    done = keyed.run("models", "remove", "tiny")
    assert done.returncode == 2
    assert "name the version too: tiny@VERSION" in done.stderr
