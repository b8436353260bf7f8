"""A model is added to the registry whole, or not at all: by two at once, and by a command that is killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fer_controller.errors import StoreError
from fer_controller.registry.catalogue import Shelf
from fer_controller.registry.signing import make_keys
from fer_controller.store import opening
from fer_controller.store.registry.store import ModelStore
from forked import Forked
from hypothesis_profiles import examples
from tiny_onnx import in_each_precision, write_model

KILLS = examples(20)

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


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny", in_each_precision())


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
