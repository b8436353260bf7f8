"""What commands print with --json is what they always printed, to the byte: programs read it."""

import shutil
from pathlib import Path

import pytest
from snapshot import PRINTED, Outcome, printed, recorded, restore, still_says, write_inputs
from snapshot_cases import DEEDS, FAILS, LOOKS, LOOKS_HERE, OTHER_PROGRAMS


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    restore(folder)
    return folder


@pytest.mark.parametrize("command", [*LOOKS, *LOOKS_HERE])
def test_a_command_prints_what_it_always_printed(fleet: Path, command: str) -> None:
    assert printed(fleet, command) == Outcome(int(command in FAILS), recorded(PRINTED, command))


@pytest.mark.parametrize("command", DEEDS)
def test_a_command_that_changes_something_prints_what_it_always_printed(
    fleet: Path, tmp_path: Path, command: str
) -> None:
    own = shutil.copytree(fleet, tmp_path / "fleet")
    assert printed(own, command) == Outcome(0, recorded(PRINTED, command))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_inputs(folder)
    return folder


@pytest.mark.parametrize("command", OTHER_PROGRAMS)
def test_another_program_prints_what_it_always_printed(inputs: Path, command: str) -> None:
    assert printed(inputs, command) == Outcome(0, recorded(PRINTED, command))


def test_every_recorded_document_is_compared() -> None:
    assert len(list(PRINTED.iterdir())) == len({*LOOKS, *LOOKS_HERE, *DEEDS, *OTHER_PROGRAMS})


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ({"state": "online", "new": 1, "cameras": [{"fps": 1.0}]}, True),
        ({"cameras": [{"fps": 1.0}], "state": "online"}, False),
        ({"state": "online", "cameras": [{"fps": 1}]}, False),
        ({"state": "online", "cameras": []}, False),
        ({"state": "online"}, False),
    ],
)
def test_an_answer_may_get_further_fields_and_nothing_else(found: object, *, same: bool) -> None:
    assert still_says(found, {"state": "online", "cameras": [{"fps": 1.0}]}) == same
