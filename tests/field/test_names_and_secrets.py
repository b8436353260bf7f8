"""Names that are not UTF-8 are bytes; secrets in addresses are shown nowhere."""

import os
from pathlib import Path

import commands
import fer_agent.cli
import fer_controller.cli
import pytest
from made_videos import recording

NOBODY = ("--broker", "mqtt://127.0.0.1:1")
WITHOUT_WAITING = {"FER_AGENT_SPOOL__FLUSH_TIMEOUT_S": "0"}


def odd(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


def test_names_that_are_not_utf8_are_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    source = recording(tmp_path / "clip.avi", 10).rename(odd(tmp_path, b"caf\xe9.avi"))
    state = ("--state-dir", str(odd(tmp_path, b"st\xe9te")))
    read = commands.ran(
        fer_agent.cli.run, ["start", "--once", "--source", str(source), *state, *NOBODY], **WITHOUT_WAITING
    )
    assert '"frames": 10' in read.stdout
    missing = commands.ran(fer_agent.cli.run, ["start", "--once", "--source", f"{source}x", *state, *NOBODY])
    assert missing.returncode == 1
    assert r"caf\xe9.avix" in missing.stderr
    db = odd(tmp_path, b"fl\xe9et.db")
    asked = commands.ran(fer_controller.cli.run, ["devices", "--db", str(db)])
    assert asked.returncode == 1
    assert r"There is no database" in asked.stderr
    assert r"fl\xe9et.db" in asked.stderr
    assert "Traceback" not in read.stderr + missing.stderr + asked.stderr


@pytest.mark.parametrize(
    "address",
    ["rtsp://admin:ge/heim@127.0.0.1:1/live", "rtsp://127.0.0.1:1/s?pwd=geheim"],
)
def test_secrets_in_an_address_are_shown_nowhere(tmp_path: Path, address: str) -> None:
    """Neither printed, nor logged, nor in what is kept."""
    state = tmp_path / "state"
    options = ("--source", address, "--state-dir", str(state), *NOBODY)
    said = ""
    commands_that_name_it = [["start", "--once", *options], ["doctor", *options]]
    for command in commands_that_name_it if "@" in address else commands_that_name_it[:1]:
        ended = commands.ran(fer_agent.cli.run, command, **WITHOUT_WAITING)
        said += ended.stdout + ended.stderr
    config = tmp_path / "fer.toml"
    config.write_text(f'[[cameras]]\nsource = "{address}"\n')
    said += commands.ran(fer_agent.cli.run, ["config", "--effective", "--config", str(config)]).stdout
    assert "127.0.0.1:1" in said
    assert "geheim" not in said
    assert "heim@" not in said
    kept = b"".join(file.read_bytes() for file in state.rglob("*") if file.is_file())
    assert b"heim" not in kept
