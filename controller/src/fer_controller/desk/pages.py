"""Lists that go by device, page by page, so that no request is long and memory stays flat."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from fer_controller.desk.desk import Desk
from fer_controller.operations.operation import DevicesQuery, Operation

PAGE = 500
Row = TypeVar("Row")


def every(desk: Desk, operation: Operation[DevicesQuery, list[Row]]) -> Iterator[Row]:
    """All of a list; what stands in it all the while comes once, whatever else comes and goes."""
    return chain.from_iterable(pages(partial(desk.ask, operation)))


def pages(ask: Callable[[DevicesQuery], list[Row]], after: str = "") -> Iterator[list[Row]]:
    """One page after the other, from a device on; the end is an empty one."""
    asked = DevicesQuery(after=after, limit=PAGE)
    while page := ask(asked):
        last = _device(page[-1])
        if last == asked.after:
            return  # A controller that has no pages yet gave the whole list at once, and does so again.
        yield page
        asked = DevicesQuery(after=last, limit=PAGE)


def _device(row: Any) -> str:
    return str(row["device"] if isinstance(row, dict) else row.device)
