"""One version everywhere: in the six distributions, in the code, and at the top of the changelog."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[3]
DISTRIBUTIONS = ("wire", "agent", "controller", "simulator", "models", "client")


def _version(distribution: str) -> str:
    project = tomllib.loads((ROOT / distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_code_says_the_version_of_its_distribution(distribution: str) -> None:
    assert importlib.import_module(f"fer_{distribution}").__version__ == _version(distribution)


def test_all_distributions_have_one_version_and_the_changelog_names_it() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    named = re.findall(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert {_version(distribution) for distribution in DISTRIBUTIONS} == {named[0]}


@pytest.mark.parametrize("distribution", ["agent", "controller", "simulator", "models"])
def test_a_program_wants_the_wire_of_its_own_version(distribution: str) -> None:
    project = tomllib.loads((ROOT / distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"fer-wire=={_version('wire')}" in project["dependencies"]


def test_the_controller_wants_the_simulator_of_its_own_version() -> None:
    project = tomllib.loads((ROOT / "controller" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["simulator"] == [f"fer-simulator=={_version('simulator')}"]


@pytest.mark.parametrize("program", ["agent", "controller", "models"])
def test_a_program_says_its_version(program: str) -> None:
    said = CliRunner().invoke(importlib.import_module(f"fer_{program}.cli").app, ["--version"])
    assert (said.exit_code, said.output) == (0, f"fer-{program} {_version(program)}\n")
