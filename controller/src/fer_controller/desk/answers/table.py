"""Which function carries out which operation; mypy checks that it takes the request and returns the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fer_controller.desk.stores import Stores
from fer_controller.operations.operation import Answered, Asked, Operation


@dataclass(frozen=True, slots=True)
class Context:
    """What a function has to go by: the stores, and who asks, as the audit log names them."""

    stores: Stores
    actor: str
    role: str


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
        """Carry an operation out."""
        answer: Answered = self._functions[operation.name](context, asked)
        return answer


ANSWERS = AnswerTable()
