"""Which function carries out which operation; mypy checks that it takes the request and returns the answer."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from fer_controller.desk.stores import Stores
from fer_controller.errors import OutOfReachError, RequestError
from fer_controller.operations.operation import Answered, Asked, Operation
from fer_controller.rollout.devices import known


@dataclass(frozen=True, slots=True)
class Context:
    """What a function has to go by: the stores, who asks, as the audit log names them, and which devices are theirs."""

    stores: Stores
    actor: str
    role: str
    selector: str = ""

    def expect(self, devices: Collection[str], hint: str = "") -> None:
        """Raises RequestError for a name that no device has, and OutOfReachError for one that is none of theirs."""
        if not self.selector:
            known.check(self.stores.upgraded, devices, hint)
            return
        for name in {*devices}.difference(self.stores.upgraded.devices.names()):
            raise OutOfReachError(
                f"{name} is none of the devices that {self.actor} is given, those of {self.selector}."
            )


Function = Callable[[Context, Asked], Answered]


class AnswerTable:
    """Functions by operation."""

    def __init__(self) -> None:
        self._functions: dict[str, Callable[[Context, Any], Any]] = {}

    def carries_out(
        self, operation: Operation[Asked, Answered]
    ) -> Callable[["Function[Asked, Answered]"], "Function[Asked, Answered]"]:
        """Enters the function that it decorates."""

        def enter(function: Function[Asked, Answered]) -> Function[Asked, Answered]:
            self._functions[operation.name] = function
            return function

        return enter

    @property
    def operations(self) -> set[str]:
        """The names of those that are entered."""
        return set(self._functions)

    def answer(self, context: Context, operation: Operation[Asked, Answered], asked: Asked) -> Answered:
        """Carry an operation out; raises RequestError for a request that is no text."""
        _expect_text(asked)
        answer: Answered = self._functions[operation.name](context, asked)
        return answer


def _expect_text(asked: BaseModel) -> None:
    """JSON may hold half a surrogate pair, which no database, log or answer can."""
    try:
        json.dumps(asked.model_dump(), ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise RequestError(
            f"The request holds {error.object[error.start]!a}, half of a surrogate pair, which is no character; "
            "write it as UTF-8."
        ) from error


ANSWERS = AnswerTable()
