"""Lists are asked for page by page, until there is nothing more."""

from typing import Dict, List

from fer_client import every

Row = Dict[str, str]
NAMES = ["a", "b", "c", "d", "e"]


class Fleet:
    """Answers pages, or always the whole list as older controllers do."""

    def __init__(self, *, has_pages: bool = True) -> None:
        self.asked: List[str] = []
        self._has_pages = has_pages

    def devices(self, *, after: str, limit: int) -> List[Row]:
        self.asked.append(after)
        found = [{"device": name} for name in NAMES if name > after or not self._has_pages]
        return found[:limit] if self._has_pages else found


def test_every_row_comes_once_whatever_the_pages() -> None:
    for page in (1, 2, 5, 100):
        assert [row["device"] for row in every(Fleet().devices, page=page)] == NAMES


def test_no_more_pages_are_asked_for_than_are_read() -> None:
    fleet = Fleet()
    assert next(every(fleet.devices, page=2))["device"] == "a"
    assert fleet.asked == [""]


def test_a_controller_without_pages_is_asked_twice_and_believed_once() -> None:
    fleet = Fleet(has_pages=False)
    assert [row["device"] for row in every(fleet.devices, page=2)] == NAMES
    assert fleet.asked == ["", "e"]
