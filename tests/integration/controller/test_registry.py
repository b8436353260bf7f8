"""The commands of the registry, as a user runs them, also killed, two at once, and on what is not sound."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from controller_process import json_lines, run
from fer_controller.errors import StoreError
from fer_controller.registry.catalogue import Shelf
from fer_controller.registry.signing import make_keys
from fer_controller.store import opening
from fer_controller.store.registry.store import ModelStore
from forked import Forked
from hypothesis_profiles import examples
from tiny_onnx import network, write_model

KILLS = examples(20)
PRECISIONS = ("fp32", "fp16", "int8")

# Imports once what the command needs, then runs it in a copy of itself, so that a kill falls into the work.
ZYGOTE = """
import os, sys
import onnxruntime
from fer_controller.cli import run
import fer_controller.registry.catalogue, fer_controller.registry.golden, fer_controller.registry.signing
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os._exit(run(line.split()))
    print("begun", pid, flush=True)
    print("ended", os.waitpid(pid, 0)[1], flush=True)
"""


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
    names = (b"tiny", b"tinY", b"tiNy")
    files = {p: network().replace(b"tiny", name) for p, name in zip(PRECISIONS, names, strict=True)}
    return write_model(tmp_path / "tiny", files)


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
    assert [variant["precision"] for variant in listed["variants"]] == list(PRECISIONS)
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


def test_two_at_once_add_a_model_once_on_a_database_that_is_new(tmp_path: Path, entry: Path) -> None:
    for number in range(3):
        folder = tmp_path / str(number)
        make_keys(folder / "fleet.models")
        command = ["fer-controller", "models", "add", str(entry), "--json", "--db", str(folder / "fleet.db")]
        files = [(folder / f"{name}.out", folder / f"{name}.err") for name in ("one", "other")]
        both = [Forked(*command, out=out, err=err) for out, err in files]
        assert [each.wait(60) for each in both] == [0, 0]
        assert [err.read_text() for _, err in files] == ["", ""]
        assert sorted(json.loads(out.read_text())["added"] for out, _ in files) == [False, True]
        check_whole(folder)


@pytest.fixture
def zygote() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", ZYGOTE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def add(
    zygote: "subprocess.Popen[str]", folder: Path, entry: Path, until_killed: Callable[[], None] | None = None
) -> bool:
    """`models add`, killed when until_killed() returns; whether it ended by itself and well."""
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    print("models", "add", entry, "--json", "--db", folder / "fleet.db", file=zygote.stdin, flush=True)
    while not (line := zygote.stdout.readline()).startswith("begun"):
        assert line
    if until_killed is not None:
        until_killed()
        with suppress(ProcessLookupError):
            os.kill(int(line.split()[1]), signal.SIGKILL)
    while not (line := zygote.stdout.readline()).startswith("ended"):
        assert line
    return int(line.split()[1]) == 0


def check_whole(folder: Path) -> int:
    """Every model that is there is whole; returns how many are."""
    with opening.reader(folder / "fleet.db") as database:
        shelf = Shelf(ModelStore(database), folder / "fleet.models")
        models = shelf.list()
        for model in models:
            shelf.verify(model)
        return len(models)


def test_a_model_is_added_whole_or_not_at_all_whenever_it_is_killed(
    zygote: "subprocess.Popen[str]", tmp_path: Path, entry: Path
) -> None:
    random.seed(7)
    make_keys(tmp_path / "keys")
    durations_s = []
    for number in range(3):
        folder = fresh(tmp_path, f"whole-{number}")
        begun_s = time.monotonic()
        assert add(zygote, folder, entry)
        durations_s.append(time.monotonic() - begun_s)
    outcomes = {"not at all": 0, "half done": 0, "whole": 0}
    for number in range(KILLS):
        folder = fresh(tmp_path, str(number))

        def wait(copying: bool = number % 2 == 1, begun: Path = folder / "fleet.models" / "lock") -> None:
            if copying:
                while not begun.exists():
                    time.sleep(0)
            time.sleep(random.uniform(0, 0.03 if copying else min(durations_s)))

        add(zygote, folder, entry, wait)
        outcomes[state_of(folder)] += 1
        assert add(zygote, folder, entry)
        assert check_whole(folder) == 1
        assert sorted(path.suffix for path in (folder / "fleet.models" / "artifacts").iterdir()) == [""] * 3
    print(f"{KILLS} kills in `models add`: {outcomes}; each was added whole by the next try")


def fresh(tmp_path: Path, name: str) -> Path:
    """A folder with a key and nothing else."""
    shutil.copytree(tmp_path / "keys", tmp_path / name / "fleet.models")
    return tmp_path / name


def state_of(folder: Path) -> str:
    """What a killed command left; raises when a model is there and not whole."""
    try:
        if (folder / "fleet.db").exists() and check_whole(folder):
            return "whole"
    except StoreError as error:
        if "has no table models yet" not in str(error):
            raise
    return "half done" if (folder / "fleet.models" / "artifacts").exists() else "not at all"
