"""Secrets in environment files, read by systemd itself."""

import string
import subprocess
from pathlib import Path

import ansible_filters
import pytest
from fer_agent.settings.loading import load_settings
from real_systemd import environment_by, systemd_binary

SECRETS = {
    "QUOTES": "say \"it\" or 'it', “it”",
    "ONLY_QUOTES": '"\'"',
    "BACKSLASHES": 'C:\\new\\\\x \\"\\$ \\',
    "DOLLARS": "$HOME ${HOME} $$ $(id) `id`",
    "SPACES": "  two before, a tab\t, two behind  ",
    "PERCENTS": "%n %% %",
    "HASHES": "#1 ; # ;",
    "LINES": "one\ntwo = 2\n\n# three\nFORGED=yes\n",
    "LOOKS_LIKE_JSON": '{"a": [1, null]}',
    "ALL_ASCII": string.printable.translate(dict.fromkeys(map(ord, "\r\x0b\x0c"))),
    "BEYOND_ASCII": "pässwörd 密码 😀 \u00a0\u2028",
    "EMPTY": "",
}


@pytest.fixture
def systemd() -> Path:
    """The systemd of this machine."""
    found = systemd_binary()
    if found is None:
        pytest.skip("systemd is not installed, or this is not root, who alone may start one aside.")
    return found


def test_secrets_survive_systemds_parser(systemd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filters = ansible_filters.load("settings_files")
    file = tmp_path / "environment"
    password = {"FER_AGENT_BROKER__USERNAME": "nano-01", "FER_AGENT_BROKER__PASSWORD": SECRETS["ALL_ASCII"]}
    file.write_text("# Made by Ansible.\n" + filters.environment_file({**SECRETS, **password}))
    given = environment_by(systemd, file, tmp_path / "started")
    assert {name: given.get(name) for name in SECRETS} == SECRETS
    assert "FORGED" not in given
    for name in password:
        monkeypatch.setenv(name, given[name])
    monkeypatch.setenv("FER_AGENT_BROKER__URL", "mqtts://broker.example:8883")
    read = load_settings(None, {}).broker.password
    assert read is not None
    assert read.get_secret_value() == SECRETS["ALL_ASCII"]


def test_each_systemd_takes_what_the_filter_lets_through(systemd: Path, tmp_path: Path) -> None:
    filters = ansible_filters.load("settings_files")
    version = subprocess.run([systemd, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    odd = [*map(chr, range(1, 0x20)), "\x7f", "\x80", "\u0085", "\ufdf0", "\ufffd", "\U0010fffd"]
    variables = {f"ODD_{ord(each):X}": f"a{each}b" for each in odd}
    unfit = filters.unfit_for_systemd(variables, version)
    file = tmp_path / "environment"
    file.write_text(filters.environment_file(variables), newline="")
    given = environment_by(systemd, file, tmp_path / "started")
    assert {name: given[name] for name in variables if name in given} == {
        name: value for name, value in variables.items() if name not in unfit
    }


def test_a_file_with_what_is_no_character_is_refused_by_systemd_whole(systemd: Path, tmp_path: Path) -> None:
    filters = ansible_filters.load("settings_files")
    variables = {"NO_CHARACTER": "a\ufdd0b", "SOUND": "a"}
    file = tmp_path / "environment"
    file.write_text(filters.environment_file(variables))
    assert filters.unfit_for_systemd(variables, 252) == ["NO_CHARACTER"]
    with pytest.raises(AssertionError, match="did not start"):
        environment_by(systemd, file, tmp_path / "started")
