"""The desk at the database itself, beside a running controller."""

from types import TracebackType
from typing import Self

from fer_controller.desk.answers import ANSWERS, Context
from fer_controller.desk.stores import Place, Stores
from fer_controller.operations.operation import Answered, Asked, Operation
from fer_controller.rollout.audit import HERE
from fer_controller.store.credentials.records import ADMIN


class LocalDesk:
    """Carries operations out in the name of whoever asks."""

    def __init__(self, place: Place, actor: str, role: str = ADMIN, origin: str = HERE, selector: str = "") -> None:
        """The actor gives the orders, from the origin, as the audit log has it; the selector limits them to devices."""
        self._stores = Stores(place, origin, selector)
        self._context = Context(self._stores, actor, role, selector)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stores.close()

    def ask(self, operation: Operation[Asked, Answered], asked: Asked) -> Answered:
        return ANSWERS.answer(self._context, operation, asked)
