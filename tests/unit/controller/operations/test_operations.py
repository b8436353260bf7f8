"""The list of operations: each has one name, one place, and one function that carries it out."""

from collections import Counter
from typing import get_args

import pytest
from fer_controller.desk.answers import ANSWERS
from fer_controller.operations import OPERATIONS
from fer_controller.operations.events import Per
from fer_controller.operations.operation import Answer, Operation, Parameters
from fer_controller.store.rollups.records import RESOLUTIONS
from pydantic import BaseModel


def test_no_name_and_no_place_is_given_twice() -> None:
    assert not [name for name, count in Counter(each.name for each in OPERATIONS).items() if count > 1]
    assert len({(each.method, each.path) for each in OPERATIONS}) == len(OPERATIONS)


def test_the_local_desk_carries_out_every_operation_and_nothing_else() -> None:
    assert ANSWERS.operations == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_requests_and_answers_are_frozen_and_their_fields_say_what_they_mean(
    operation: "Operation[BaseModel, object]",
) -> None:
    answer = get_args(operation.answer)[0] if get_args(operation.answer) else operation.answer
    for model in (operation.parameters, answer):
        if isinstance(model, type) and issubclass(model, Answer | Parameters):
            assert model.model_config.get("frozen"), model
            described = model.model_json_schema()["properties"] if model.model_fields else {}
            assert all(each.get("description") for each in described.values()), model


def test_every_resolution_can_be_asked_for() -> None:
    assert get_args(Per) == RESOLUTIONS
