"""The API answers what it always answered, and a command prints from elsewhere what it prints from the database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from snapshot import (
    ANSWERED,
    OPERATOR_TOKEN,
    PRINTED,
    Outcome,
    answered,
    printed,
    recorded,
    restore,
    served,
    still_says,
)
from snapshot_cases import FAILS, LOOKS, QUESTIONS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with served(restore(folder)) as url:
        yield url


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_api_answers_what_it_always_answered(url: str, question: str) -> None:
    assert still_says(json.loads(answered(url, question)), json.loads(recorded(ANSWERED, question)))


@pytest.mark.parametrize("command", LOOKS)
def test_a_command_prints_from_elsewhere_what_it_always_printed(
    folder: Path, url: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", OPERATOR_TOKEN)
    found = printed(folder, command, "--controller", url)
    assert found == Outcome(int(command in FAILS), recorded(PRINTED, command))


def test_every_recorded_answer_is_compared() -> None:
    assert len(list(ANSWERED.iterdir())) == len(set(QUESTIONS))
