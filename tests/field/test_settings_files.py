"""Settings files as editors leave them, and users without a home, for the agent and the controller."""

import codecs
import pwd
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from commands import ran
from fer_agent import cli as agent
from fer_controller import cli as controller

Run = Callable[[Sequence[str]], int]
PROGRAMS: dict[str, tuple[Run, tuple[str, ...], str]] = {
    "agent": (agent.run, ("config", "--effective"), "[spool]\nmax_mb = 7\n"),
    "controller": (controller.run, ("devices",), 'db = "fleet.db"\n'),
}
WRONG_USE = 2


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> tuple[Run, tuple[str, ...], str]:
    """What it runs, a command of it that reads settings, and a file of them."""
    return PROGRAMS[request.param]


def said_of(program: tuple[Run, tuple[str, ...], str], file: Path, **environment: str) -> tuple[int, str]:
    run, command, _ = program
    ended = ran(run, [*command, "--config", str(file)], **environment)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def test_a_byte_order_mark_and_any_ends_of_lines_are_passed_over(
    program: tuple[Run, tuple[str, ...], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = program[2].encode()
    plain = tmp_path / "plain.toml"
    plain.write_bytes(text)
    expected = said_of(program, plain)
    assert expected[0] != WRONG_USE
    for number, data in enumerate(
        (codecs.BOM_UTF8 + text, text.replace(b"\n", b"\r\n"), text.replace(b"\n", b"\r"), b"\t" + text)
    ):
        file = tmp_path / f"{number}.toml"
        file.write_bytes(data)
        assert said_of(program, file) == expected


def test_other_encodings_are_told_by_name_with_the_line(
    program: tuple[Run, tuple[str, ...], str], tmp_path: Path
) -> None:
    text = "# a\n# größe\n" + program[2]
    for data, told in [
        (text.encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        (text.encode("utf-16-be"), "is written in UTF-16; save it as UTF-8"),
        (text.encode("latin-1"), "Latin-1 or Windows-1252, perhaps: line 2 holds the byte 0xf6, there 'ö'"),
        ("# a\nx = “1”\n".encode(), "line 2 holds “ (U+201C)"),
        (b"broker: {url: x}\n", "is not TOML"),
    ]:
        file = tmp_path / "fer.toml"
        file.write_bytes(data)
        status, said = said_of(program, file)
        assert status == WRONG_USE
        assert told in said


def test_the_tilde_is_the_home_in_every_path(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "ca.pem").touch()
    file = home / "fer.toml"
    file.write_text(
        'state_dir = "~/state"\n[[cameras]]\nsource = "~/clip.mp4"\n[emotion]\nmodel = "~/model"\n[broker]\n'
        'ca_file = "~/ca.pem"\n[update]\npublic_key = "~/ca.pem"\nca_file = "~/ca.pem"\n'
    )
    shown = ran(agent.run, ["config", "--effective", "--config", "~/fer.toml"], HOME=str(home))
    assert "~" not in shown.stdout
    assert shown.stdout.count(str(home)) == 6
    (home / "fer.toml").write_text('db = "~/fleet.db"\n')
    asked = ran(controller.run, ["devices", "--config", "~/fer.toml"], HOME=str(home))
    assert f"There is no database {home}/fleet.db" in asked.stderr


@pytest.mark.parametrize("source", ["", " ", "door="])
def test_an_empty_source_is_refused(source: str) -> None:
    refused = ran(agent.run, ["doctor", "--source", source])
    assert refused.returncode == WRONG_USE
    assert "expected a source" in refused.stderr


def test_a_name_with_an_equals_sign_is_a_file_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "take=2.mp4").write_bytes(b"no video")
    state = ("--state-dir", str(tmp_path / "state"), "--broker", "mqtt://127.0.0.1:1", "--once")
    assert "take=2.mp4" in ran(agent.run, ["start", "--source", "take=2.mp4", *state]).stderr
    bad = ran(agent.run, ["start", "--source", "front door=0", *state])
    assert bad.returncode == WRONG_USE
    assert "'front door' is not a valid name for a device or camera" in bad.stderr


def test_without_a_home_and_with_an_unknown_uid_a_state_dir_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_uid: int) -> None:
        raise KeyError("getpwuid(): uid not found: 12345")

    for variable in ("HOME", "XDG_STATE_HOME", "STATE_DIRECTORY", "USER", "LOGNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    homeless = ran(agent.run, ["models"])
    assert homeless.returncode == WRONG_USE
    assert "This user has no home folder for the spool; name a folder with --state-dir." in homeless.stderr
    assert ran(agent.run, ["models", "--state-dir", str(tmp_path / "state")]).returncode == 0
    assert ran(agent.run, ["config"]).returncode == 0
    db = ("--db", str(tmp_path / "fleet.db"))
    assert "no home folder" not in ran(controller.run, ["operators", "add", "alice", *db]).stderr
    tilde = ran(controller.run, ["devices", "--db", "~/fleet.db"])
    assert tilde.returncode == WRONG_USE
    assert "this user has no home folder that ~ could stand for" in tilde.stderr
