"""Lists of the fleet, page by page."""

from typing import Any, Callable, Iterator, List, Mapping, TypeVar

PAGE = 500
Row = TypeVar("Row", bound=Mapping[str, Any])


def every(listing: Callable[..., List[Row]], *, page: int = PAGE) -> Iterator[Row]:
    """All of `fleet.devices`, `telemetry.telemetry_of_each` or `telemetry.cameras`, page by page; raises FleetError.

    What stands in the list all the while comes once, whatever else comes and goes.
    """
    after = ""
    while True:
        rows = listing(after=after, limit=page)
        if not rows or rows[-1]["device"] == after:  # A controller that has no pages yet gives the whole list again.
            return
        yield from rows
        after = rows[-1]["device"]
