"""What each kind of model takes and gives."""

import pytest
from fer_wire.contracts import CLASSIFIER, CONTRACTS, FINDER, LANDMARKER, TASKS
from fer_wire.emotions import EMOTIONS


def test_every_task_has_one_contract() -> None:
    assert tuple(CONTRACTS) == TASKS
    assert [contract.task for contract in CONTRACTS.values()] == list(TASKS)


@pytest.mark.parametrize(
    ("task", "px", "values"),
    [
        (CLASSIFIER, 48, 7),
        (FINDER, 32, 15 * (16 + 4 + 1)),
        (FINDER, 64, 15 * (64 + 16 + 4)),
        (LANDMARKER, 64, 136 + 68 + 3),
    ],
)
def test_a_contract_says_how_many_numbers_come_back(task: str, px: int, values: int) -> None:
    assert CONTRACTS[task].values(px) == values


def test_only_a_finder_takes_pictures_of_any_size() -> None:
    assert {task: contract.px for task, contract in CONTRACTS.items()} == {CLASSIFIER: 48, FINDER: 0, LANDMARKER: 64}


def test_the_labels_of_a_classifier_are_the_emotions() -> None:
    assert CONTRACTS[CLASSIFIER].labels == EMOTIONS
    assert CONTRACTS[FINDER].labels == CONTRACTS[LANDMARKER].labels == ()
