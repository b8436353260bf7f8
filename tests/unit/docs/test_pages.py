"""The documentation says what is there: every command, every setting, every message, and nothing that is not."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import fer_wire
import pytest
from pages import command_line
from pages.command_line import PROGRAMS
from pages.protocol import EXAMPLES

ROOT = Path(__file__).resolve().parents[3]
HAND_WRITTEN = [
    path
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/README.md"), *ROOT.glob("docs/**/*.md")])
    if path.name not in {"cli.md", "configuration.md", "protocol.md"}
]
SHELL_BLOCK = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)[^)]*\)")
ZOO_ENTRY = re.compile(r"models/zoo/\w+/\d+\.\d+\.\d+")
MADE_BY_THE_READER = "9.9.9"
PAGES = pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))


def _commands(page: Path) -> Iterator[list[str]]:
    """Every command line in the page's shell blocks, split into words; continued lines are joined."""
    for block in SHELL_BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                yield words


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_is_documented_with_its_contract(program: str) -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, command in command_line.commands(program).items():
        assert f"## `{program} {name}`\n" in text
        assert (command.help or "").strip()


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_option_says_what_it_does(program: str) -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in command_line.commands(program).items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


@PAGES
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    named = {word for first, *rest in _commands(page) if first == "make" for word in rest if "=" not in word}
    assert named <= _targets()


@PAGES
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for words in _commands(page):
        program, *arguments = words[3:] if words[:2] == ["sudo", "-u"] else words[1:] if words[0] == "sudo" else words
        if Path(program).name in PROGRAMS:
            _assert_known(Path(program).name, arguments)


def _assert_known(program: str, arguments: list[str]) -> None:
    known = command_line.commands(program)
    name = next((words for words in (" ".join(arguments[:2]), arguments[0]) if words in known), None)
    assert name, f"{program} {' '.join(arguments)}"
    options = {option for parameter in known[name].params for option in parameter.opts} | {"--help", "--debug"}
    given = {word.partition("=")[0] for word in arguments if word.startswith("--")}
    assert given <= options, f"{program} {name}"


@PAGES
def test_every_file_that_is_linked_exists(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert missing == []


@PAGES
def test_every_shipped_model_that_a_command_names_is_in_the_zoo(page: Path) -> None:
    named = {found for words in _commands(page) for found in ZOO_ENTRY.findall(" ".join(words))}
    shipped = [entry for entry in named if not entry.endswith(MADE_BY_THE_READER)]
    missing = [entry for entry in shipped if not (ROOT / entry / "manifest.json").exists()]
    assert missing == []


def test_every_message_has_an_example() -> None:
    assert set(EXAMPLES) == set(fer_wire.MESSAGES)


@pytest.mark.parametrize(("page", "files"), [("follow-one-event.md", 9), ("follow-one-rollout.md", 12)])
def test_a_path_counts_its_files(page: str, files: int) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+)\. ", text, re.MULTILINE) == [str(number) for number in range(1, files + 1)]


@pytest.mark.parametrize("unit", sorted(ROOT.glob("*/systemd/*.service")), ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    program, *arguments = re.findall(r"^ExecStart=(.*)", unit.read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    assert Path(program).name == unit.stem
    _assert_known(unit.stem, arguments)
