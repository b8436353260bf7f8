"""Terminals and locales that are not UTF-8 show tables, not tracebacks."""

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_controller import cli as controller
from terminal_session import TerminalSession

WORLDS = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII": {"PYTHONIOENCODING": "ascii:strict"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1:strict", "TERM": "dumb"},
    "narrow": {"PYTHONIOENCODING": "ascii:strict", "TERM": "dumb", "COLUMNS": "20"},
}
LEFT_OUT = ("COLUMNS", "LC_ALL", "LANG", "PYTHONUTF8", "PYTHONIOENCODING")
NOBODY = "mqtt://127.0.0.1:1"


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables of one kind of terminal."""
    return WORLDS[request.param]


@pytest.fixture(scope="module")
def terminal(world: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalSession]:
    """Where commands run in that world."""
    environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    session = TerminalSession({**environment, **world}, tmp_path_factory.mktemp("terminal"))
    yield session
    session.close()


def text_of(world: dict[str, str], output: bytes) -> str:
    """Decoding is the test: each byte is what the encoding has for it."""
    assert b"Traceback" not in output
    return output.decode("latin-1" if "latin" in world.get("PYTHONIOENCODING", "") else "ascii")


def fleet(root: Path, folder: Path) -> str:
    """A database whose name has an umlaut and a picture."""
    name = "größe🎉.db"
    with sqlite3.connect(folder / name) as database:
        database.executescript((root / "tests/snapshots/fleet.sql").read_text(encoding="utf-8"))
    database.close()
    assert controller.run(["operators", "list", "--db", str(folder / name)]) == 0, "opened once, it is of today"
    return name


def test_the_agent_shows_tables_and_json_on_every_terminal(
    world: dict[str, str], terminal: TerminalSession, tmp_path: Path
) -> None:
    (tmp_path / "fer.toml").write_text(
        'emotion.model = "größe🎉"\nfaces.finder = "dlib"\nfaces.landmarks_file = "keine→"\n', encoding="utf-8"
    )
    options = ("--config", "fer.toml", "--source", "café🎉.mp4", "--state-dir", "ständig", "--broker", NOBODY)
    table = terminal.run(tmp_path, "fer-agent", "doctor", *options)
    shown = text_of(world, table.stdout)
    assert table.returncode == 1
    assert "camera" in shown
    assert "-----" in shown or "COLUMNS" in world
    lines = terminal.run(tmp_path, "fer-agent", "doctor", *options, "--json")
    assert text_of(world, lines.stderr).isprintable() or lines.stderr
    found = [json.loads(line) for line in lines.stdout.decode("utf-8").splitlines()]
    assert "There is no video file café🎉.mp4" in found[0]["remedy"]
    assert any("größe🎉" in each["remedy"] for each in found if each["check"] == "model")


def test_the_controller_shows_tables_and_json_on_every_terminal(
    root: Path, world: dict[str, str], terminal: TerminalSession, tmp_path: Path
) -> None:
    name = fleet(root, tmp_path)
    for command in ("devices", "events", "telemetry"):
        table = terminal.run(tmp_path, "fer-controller", command, "--db", name)
        assert table.returncode == 0, table.stderr
        assert "---" in text_of(world, table.stdout)
    lines = terminal.run(tmp_path, "fer-controller", "devices", "--db", name, "--json")
    assert json.loads(lines.stdout.decode("utf-8").splitlines()[0])["device"]
    missing = terminal.run(tmp_path, "fer-controller", "devices", "--db", "größer.db")
    assert missing.returncode == 1
    assert text_of(world, missing.stderr).startswith("error: There is no database gr")


def test_the_models_program_shows_help_and_errors_on_every_terminal(
    world: dict[str, str], terminal: TerminalSession, tmp_path: Path
) -> None:
    assert "Usage" in text_of(world, terminal.run(tmp_path, "fer-models", "verify", "--help").stdout)
    wrong = terminal.run(tmp_path, "fer-models", "verify", "größe🎉")
    assert wrong.returncode == 1
    assert "cannot be read" in text_of(world, wrong.stderr)
