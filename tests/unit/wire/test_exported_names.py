"""The package says completely and in order what it offers."""

from types import ModuleType
from typing import Tuple

import fer_wire
from fer_wire import MESSAGES, Message


def _order(name: str) -> Tuple[int, str]:
    """Constants, then classes, then functions, each by name."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_all_is_complete() -> None:
    public = {name for name, value in vars(fer_wire).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert set(fer_wire.__all__) == public


def test_all_is_sorted() -> None:
    assert list(fer_wire.__all__) == sorted(fer_wire.__all__, key=_order)


def test_every_kind_of_message_is_listed() -> None:
    defined = {kind for kind in Message.__subclasses__() if kind.__module__.startswith("fer_wire.")}
    assert set(MESSAGES) == defined
