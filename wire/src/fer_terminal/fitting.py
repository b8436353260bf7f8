"""Which columns of a table have room, and how wide each is: what is less important is left out first."""

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from rich.cells import cell_len

from fer_terminal.columns import ESSENTIAL, NAME, NOTHING, WORDS, Column

GAP = 2
"""Cells of the terminal between two columns."""
LEAST_WORDS, NARROWEST_WORDS = 24, 16
LONGEST_WORD = 64
"""As long as the longest name of a device, which then stays whole."""
LEAST_NAME = 12


@dataclass(frozen=True)
class Wish:
    """How wide a column would be, and how narrow it can be with all of its words whole."""

    column: Column
    natural: int
    least: int
    says_nothing: bool = False

    @property
    def expendable(self) -> Tuple[bool, int]:
        """By which columns are left out: the highest first, and among them those in which there is nothing."""
        return self.says_nothing and self.column.importance != ESSENTIAL, self.column.importance


@dataclass(frozen=True)
class Fit:
    """The columns that are shown, by place, with their widths; those that are not."""

    shown: Tuple[int, ...]
    widths: Tuple[int, ...]
    left_out: Tuple[int, ...]


def wish(column: Column, texts: Sequence[str]) -> Wish:
    """What a column needs for these cells."""
    says_nothing = all(text == NOTHING for text in texts)
    natural = max([cell_len(column.heading), *(cell_len(line) for text in texts for line in text.split("\n"))])
    if column.kind != WORDS:
        return Wish(column, natural, natural, says_nothing)
    longest = max((cell_len(word) for text in (column.heading, *texts) for word in text.split()), default=0)
    return Wish(column, natural, min(natural, max(LEAST_WORDS, min(longest, LONGEST_WORD))), says_nothing)


def fit(wishes: Sequence[Wish], width: int) -> Optional[Fit]:
    """The columns that fit; None where the essential ones alone are too wide even with their names shortened."""
    places = list(range(len(wishes)))
    while _needed([wishes[place].least for place in places]) > width:
        least_of_all = max(places, key=lambda place: (wishes[place].expendable, place))
        if wishes[least_of_all].column.importance == ESSENTIAL:
            break
        places.remove(least_of_all)
    widths = _widths([wishes[place] for place in places], width)
    if widths is None:
        return None
    return Fit(tuple(places), tuple(widths), tuple(place for place in range(len(wishes)) if place not in places))


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _widths(wishes: Sequence[Wish], width: int) -> Optional[List[int]]:
    widths = [each.least for each in wishes]
    spare = width - _needed(widths)
    if spare < 0:
        return _narrowed(wishes, widths, -spare)
    for place, each in enumerate(wishes):
        more = min(spare, each.natural - each.least)
        widths[place] += more
        spare -= more
    return widths


def _narrowed(wishes: Sequence[Wish], widths: List[int], missing: int) -> Optional[List[int]]:
    """The widest gives way, a cell at a time: sentences, whose longest words are then folded, before names."""
    for _ in range(missing):
        for kind, least in ((WORDS, NARROWEST_WORDS), (NAME, LEAST_NAME)):
            wide = [place for place, each in enumerate(wishes) if each.column.kind == kind and widths[place] > least]
            if wide:
                widths[max(wide, key=lambda place: widths[place])] -= 1
                break
        else:
            return None
    return widths
