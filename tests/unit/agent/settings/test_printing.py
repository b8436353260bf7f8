import sys
from pathlib import Path
from typing import Any, Dict

import pytest
from fer_agent.settings.loading import load_settings
from fer_agent.settings.printing import effective, explain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("FER_AGENT_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_explained_file_holds_every_default(tmp_path: Path) -> None:
    lines = explain().splitlines()
    live = [line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines]
    values = [line for line in live if not line.endswith("=")]
    assert load_settings(written(tmp_path, "\n".join(values)), {}) == load_settings(None, {})
    assert tomllib.loads("\n".join(values))["cameras"][0]["stall_s"] == 5.0


def test_the_explained_file_works_as_it_is(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, explain()), {}) == load_settings(None, {})


def test_what_is_in_force_can_be_printed_and_read_again(tmp_path: Path) -> None:
    options: Dict[str, Any] = {"cameras": [{"name": "a"}, {"name": "b", "source": "demo:"}], "spool": {"max_mb": 5}}
    settings = load_settings(None, options)
    assert load_settings(written(tmp_path, effective(settings)), {}) == settings


def test_a_password_is_never_printed() -> None:
    assert "s3cret" not in effective(load_settings(None, {"broker": {"password": "s3cret"}}))
