"""Names and ids that are shown shorter than they are, and still tell each other apart."""

from typing import Iterable, Mapping, Optional

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"
LEAST_ID = 8
"""Characters of an id that are shown at least."""


def middle(name: str, width: int) -> str:
    """The name in so many cells of the terminal, its middle left out where it is longer."""
    if cell_len(name) <= width:
        return name
    kept = max(0, width - len(ELLIPSIS))
    end = kept // 2
    return set_cell_size(name, kept - end) + ELLIPSIS + set_cell_size(name[::-1], end)[::-1]


def apart(names: Iterable[str], width: int) -> Optional[Mapping[str, str]]:
    """How each name looks in so many cells; None where two of them would look the same."""
    shown = {name: middle(name, width) for name in names}
    return shown if len(set(shown.values())) == len(shown) else None


def prefixes(ids: Iterable[str]) -> Mapping[str, str]:
    """How each id begins, in the fewest characters that tell all of them apart."""
    whole = set(ids)
    longest = max(map(len, whole), default=0)
    for length in range(LEAST_ID, longest):
        if len({each[:length] for each in whole}) == len(whole):
            return {each: each[:length] for each in whole}
    return {each: each for each in whole}
