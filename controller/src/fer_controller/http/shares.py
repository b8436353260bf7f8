"""Places that are never all one holder's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Shares:
    """A holder gets another place while it has fewer than are free: alone it takes half, and others find room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self.taken = 0

    @property
    def greediest(self) -> str:
        """Who has the most places; empty where nobody has one."""
        return max(self._held, key=self._held.__getitem__, default="")

    def has_room(self, holder: str) -> bool:
        """Whether this holder may take a place."""
        return self._held.get(holder, 0) < self._most - self.taken

    @contextmanager
    def admitted(self, holder: str) -> Iterator[bool]:
        """Whether this holder gets a place; if so, it has it until the block ends."""
        if not self.has_room(holder):
            yield False
            return
        self.take(holder)
        try:
            yield True
        finally:
            self.leave(holder)

    def take(self, holder: str) -> None:
        """Give it a place."""
        self._held[holder] += 1
        self.taken += 1

    def leave(self, holder: str) -> None:
        """Take a place back."""
        self._held[holder] -= 1
        self.taken -= 1
        if not self._held[holder]:
            del self._held[holder]
