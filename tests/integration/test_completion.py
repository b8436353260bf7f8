"""Completion in real shells: of commands, options, devices, rollouts and models."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import snapshot
from fer_terminal.completion import PATIENCE_VARIABLE

BIN = Path(sys.executable).parent
PATIENCE_S = 280.0
SHELLS = ("bash", "fish", "zsh")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot.restore(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def url(db: Path) -> Iterator[str]:
    with snapshot.served(db) as served:
        yield served


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed; install it with `apt-get install {request.param}`.")
    return str(request.param)


def completed(shell: str, folder: Path, line: str, **environment: str) -> list[str]:
    """What the shell offers at the end of a line, where it reads nothing of the user's."""
    around = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", **environment}
    around[PATIENCE_VARIABLE] = str(PATIENCE_S)
    program = line.split(maxsplit=1)[0]
    script = folder / f"{program}.{shell}"
    script.write_bytes(script_of(program, shell))
    return ASKED[shell](script, line, around)


@lru_cache
def script_of(program: str, shell: str) -> bytes:
    """What a shell of a user reads for this program."""
    variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
    source = {**os.environ, variable: f"source_{shell}"}
    return subprocess.run([BIN / program], env=source, check=True, capture_output=True).stdout


def in_bash(script: Path, line: str, environment: dict[str, str]) -> list[str]:
    words = line.split(" ")
    ask = f"""
    source {script}
    COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
    $(complete -p {words[0]} | sed 's/.*-F \\([^ ]*\\) .*/\\1/') {words[0]}
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return printed(["bash", "--norc", "-c", ask], environment)


def in_fish(script: Path, line: str, environment: dict[str, str]) -> list[str]:
    ask = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
    return [each.split("\t")[0] for each in printed(ask, environment)]


def in_zsh(script: Path, line: str, environment: dict[str, str]) -> list[str]:
    """zsh completes at its prompt alone: the line is typed there, and the key that lists all that is possible."""
    begin = f"autoload -Uz compinit && compinit -u -D; source {script}; LISTMAX=9999; PS1='pro''mpt> '\n"
    parent, child = pty.openpty()
    with subprocess.Popen(
        ["zsh", "-f", "-i"], env=environment, stdin=child, stdout=child, stderr=child, start_new_session=True
    ) as process:
        os.close(child)
        os.write(parent, begin.encode())
        # What is typed before the prompt would be read by the terminal, which takes the keys for its own.
        read_until(parent, "prompt> ")
        os.write(parent, f"{line}\x04".encode())
        os.write(parent, b"\x15echo do''ne\n")
        text = read_until(parent, "done")
        process.kill()
    os.close(parent)
    return re.findall(r"[\w@.-]+", text)


def read_until(terminal: int, sign: str) -> str:
    """What comes up to a sign."""
    text, until_s = "", time.monotonic() + PATIENCE_S
    while sign not in text:
        left_s = until_s - time.monotonic()
        assert left_s > 0, text
        if select.select([terminal], [], [], left_s)[0]:
            text += os.read(terminal, 65536).decode("utf-8", "replace")
    return text


def printed(words: list[str], environment: dict[str, str]) -> list[str]:
    done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.stderr == ""
    return done.stdout.splitlines()


ASKED = {"bash": in_bash, "fish": in_fish, "zsh": in_zsh}


def test_commands_and_columns_are_completed(shell: str, tmp_path: Path) -> None:
    assert "rollouts" in completed(shell, tmp_path, "fer-controller roll")
    last = "fer-controller devices --columns device,la"
    assert {"device,last-seen", "last-seen"} & {*completed(shell, tmp_path, last)}


def test_devices_are_completed_from_the_database(shell: str, tmp_path: Path, db: Path) -> None:
    found = completed(shell, tmp_path, f"fer-controller label --db {db} nano-")
    assert {"nano-01", "nano-02", "nano-03", "nano-04"} <= {*found}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rollouts pause --db {db} r-51ee700", {f"r-51ee700{number}" for number in range(1, 10)}),
        ("models show --db {db} li", {"light@1.0.0", "light@2.0.0"}),
        ("events --db {db} --device orin", {"orin-01", "orin-02"}),
    ],
)
def test_rollouts_models_and_values_of_options_are_completed(
    tmp_path: Path, db: Path, words: str, offered: set[str]
) -> None:
    assert offered <= set(completed("bash", tmp_path, f"fer-controller {words.format(db=db)}"))


def test_names_are_completed_from_a_controller_elsewhere(tmp_path: Path, url: str) -> None:
    line = f"fer-controller label --controller {url} orin"
    found = completed("bash", tmp_path, line, FER_CONTROLLER_API__TOKEN=snapshot.OPERATOR_TOKEN)
    assert {"orin-01", "orin-02"} <= set(found)


@pytest.mark.parametrize(
    ("program", "typed", "whole"), [("fer-agent", "do", "doctor"), ("fer-models", "ev", "evaluate")]
)
def test_the_other_programs_complete_their_commands(tmp_path: Path, program: str, typed: str, whole: str) -> None:
    assert whole in completed("bash", tmp_path, f"{program} {typed}")


def test_where_there_is_no_database_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    found = completed("bash", tmp_path, f"fer-controller label --db {tmp_path / 'none.db'} nano")
    assert [each for each in found if each] == []
