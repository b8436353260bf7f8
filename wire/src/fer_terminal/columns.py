"""The columns of a table: what each holds, how important it is, and how its cells are written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Sequence, Tuple, Union

from fer_wire.printable import printable

from fer_terminal.times import relative
from fer_terminal.tones import PLAIN

Value = Union[None, str, int, float]
Cell = Union[Value, Tuple[Value, str]]
"""A value, or a value and its tone."""
Row = Sequence[Cell]

NAME = "name"
"""One word that stays whole; where nothing else helps its middle is left out."""
WORDS = "words"
"""A sentence or a list, which goes on in the next line."""
FIGURE = "figure"
"""A number, at the right."""
TIME = "time"
"""ISO 8601; on a terminal it is told from now."""
ID = "id"
"""A long hexadecimal id; on a terminal only its first characters are shown."""

ESSENTIAL = 1
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """One column; the higher the number of its importance, the sooner it is left out, and 1 never is."""

    heading: str
    importance: int = ESSENTIAL
    kind: str = NAME
    digits: int = 1
    """Of a figure that is a fraction, after the point."""

    @property
    def spelled(self) -> str:
        """As it is named in an option."""
        return self.heading.lower().replace(" ", "-")

    def text(self, cell: Cell, now: Optional[datetime]) -> str:
        """The cell as it is shown; with a moment, its time as it lies from then."""
        value = value_of(cell)
        if value is None or value == "":
            return NOTHING
        if isinstance(value, float):
            return f"{value:.{self.digits}f}"
        text = printable(str(value)).replace("\t", " ")
        return relative(text, now) if self.kind == TIME and now is not None else text


def value_of(cell: Cell) -> Value:
    """What the cell holds."""
    return cell[0] if isinstance(cell, tuple) else cell


def tone_of(cell: Cell) -> str:
    """Its color."""
    return cell[1] if isinstance(cell, tuple) else PLAIN
