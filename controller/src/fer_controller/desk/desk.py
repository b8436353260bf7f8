"""Where an operator's commands look and give orders: at the database, or at a controller elsewhere."""

from types import TracebackType
from typing import Protocol, Self

from fer_controller.operations.operation import Answered, Asked, Operation


class Desk(Protocol):
    """A context; raises ControllerError with the sentence for whoever asked."""

    def __enter__(self) -> Self:
        """Take place."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of what was opened."""

    def ask(self, operation: Operation[Asked, Answered], asked: Asked) -> Answered:
        """Carry the operation out, and return its answer."""
