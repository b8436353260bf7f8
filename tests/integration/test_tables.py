"""Each table of each command, of a fleet with nasty long names, at three widths: none is cut, and none is too wide."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
import snapshot
from commands import ran
from fer_agent import cli as agent
from fer_controller import cli as controller
from pages import command_line
from rich.cells import cell_len

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LONGEST = 64
LONG_DEVICE = "warehouse-north.second-floor_behind-the-conveyor-belt"
DEVICES = ("nano-01", "nano-02", "nano-03", "nano-04", "orin-01", "orin-02", "tx2-01", "xavier-01", "arm-01")
NASTY = {name: f"{LONG_DEVICE}{place:04}x".ljust(LONGEST, "y") for place, name in enumerate(DEVICES)}
LONG_CAMERA = "the-door-to-the-yard-of-the-north-hall-as-seen-from-the-gatehouse"[:64]
ANSWERED_BY_A_DEVICE = {"devices doctor"}
"""A list that a fleet in a file cannot give; test_commands_to_devices.py looks at it."""
LISTS = [
    name
    for name, command in command_line.commands("fer-controller").items()
    if any("--columns" in parameter.opts for parameter in command.params) and name not in ANSWERED_BY_A_DEVICE
]
TABLES = {
    **{name: name for name in LISTS},
    "devices rollouts": f"devices rollouts {NASTY['nano-01']}",
    "totals": "totals",
    "events --per": "events --per minute",
    "telemetry --per": "telemetry --per hour",
    "models show": "models show light",
    "rollouts show": "rollouts show r-51ee7003",
    "deploy": "deploy --dry-run --model light",
}
"""Every list, whoever adds it, and what else has tables."""
SUMMARY = "devices in waves of"
"""Sentences below a plan, which a terminal folds by itself."""
FROM_TWO_NAMES_ON = {"cameras", "events", "label", "telemetry"}
WIDTHS = (80, 100, 160)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The fleet of the snapshots, in which every device and every camera is called otherwise."""
    folder = tmp_path_factory.mktemp("nasty")
    text = snapshot.DUMP.read_text(encoding="utf-8")
    for name, nasty in NASTY.items():
        text = text.replace(name, nasty)
    dump = folder / "fleet.sql"
    dump.write_text(re.sub(r"\bdoor\b", LONG_CAMERA, text), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "DUMP", dump)
        yield snapshot.restore(folder)


def lines_of(command: str, db: Path, width: int | None) -> list[str]:
    """What a command prints on a terminal of that width, or in a pipe."""
    terminal = {} if width is None else {"FORCE_COLOR": "1", "COLUMNS": str(width), "TERM": "xterm", "LINES": "24"}
    done = ran(controller.run, [*command.split(), "--db", str(db)], **terminal)
    assert done.returncode == 0, done.stderr
    lines = ANSI.sub("", done.stdout).splitlines()
    return list(takewhile(lambda line: SUMMARY not in line, lines))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", TABLES)
def test_no_table_is_wider_than_the_terminal(fleet: Path, name: str, width: int) -> None:
    lines = lines_of(TABLES[name], fleet, width)
    assert [line for line in lines if cell_len(line.rstrip()) > width] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(set(TABLES) - {"dead-letters"}))
def test_no_name_of_a_device_is_cut(fleet: Path, name: str, width: int) -> None:
    """Each is there whole, or with its middle left out and told from the others."""
    names, shortened = set(NASTY.values()), set()
    for word in re.findall(r"warehouse[\w.…-]*", "\n".join(lines_of(TABLES[name], fleet, width))):
        if word in names:
            continue
        begun, left_out, end = word.rstrip(".").partition("…")
        assert left_out, word
        assert len([each for each in names if each.startswith(begun) and each.endswith(end)]) == 1, word
        shortened.add(word)
    assert not shortened or name in FROM_TWO_NAMES_ON, shortened


@pytest.mark.parametrize("name", TABLES)
def test_a_pipe_gets_every_column_and_exact_times(fleet: Path, name: str) -> None:
    lines = lines_of(TABLES[name], fleet, None)
    text = "\n".join(lines)
    assert "Not shown" not in text
    assert not re.search(r"\d (s|min|h|d) ago", text)


def test_times_are_relative_on_a_terminal_and_exact_where_it_is_wanted(fleet: Path) -> None:
    assert "2026-01-31T" not in "\n".join(lines_of("devices", fleet, 240))
    assert "2026-01-31T" in "\n".join(lines_of("devices --utc", fleet, 240))


def test_the_same_rows_are_chosen_for_people_and_for_programs(fleet: Path) -> None:
    for choice in ("--filter device=*nano*", "--sort -device --limit 3", "--filter state!=online --limit 2"):
        words = f"devices {choice}".split()
        documents = ran(controller.run, [*words, "--json", "--db", str(fleet)]).stdout.splitlines()
        rows = ran(controller.run, [*words, "--columns", "device", "--db", str(fleet)]).stdout.splitlines()[2:]
        rows = [row.strip() for row in rows if not row.strip().endswith("rows.")]
        assert [re.findall(r'"device": "([^"]+)"', each)[0] for each in documents] == rows


def test_a_limit_counts_what_passes_the_filter(fleet: Path) -> None:
    words = ["rollouts", "list", "--filter", "state=completed", "--limit", "2", "--json", "--db", str(fleet)]
    found = ran(controller.run, words).stdout.splitlines()
    assert len(found) == 2
    assert all('"state": "completed"' in each for each in found)


def test_no_color_is_printed_where_none_is_wanted(fleet: Path) -> None:
    wanted = {"FORCE_COLOR": "1", "COLUMNS": "100", "TERM": "xterm-256color"}
    colored = ran(controller.run, ["devices", "--db", str(fleet)], **wanted).stdout
    plain = ran(controller.run, ["devices", "--db", str(fleet)], **wanted, NO_COLOR="1").stdout
    color = re.compile(r"\x1b\[(?:\d+;)*3\d")
    assert color.search(colored)
    assert not color.search(plain)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_agent_shows_its_models_in_a_window_of_any_width(tmp_path: Path, width: int) -> None:
    snapshot.write_inputs(tmp_path)
    words = ["models", "--device", "nano-01", "--state-dir", str(tmp_path / "state")]
    done = ran(agent.run, words, FORCE_COLOR="1", COLUMNS=str(width), TERM="xterm")
    lines = ANSI.sub("", done.stdout).splitlines()
    table = lines[: next(place for place, line in enumerate(lines) if "serves when the agent starts" in line)]
    assert [line for line in table if cell_len(line.rstrip()) > width] == []
