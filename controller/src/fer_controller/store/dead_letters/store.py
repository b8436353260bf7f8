"""Dead letters and counters in the database."""

from collections.abc import Sequence

from fer_controller.store.database import Database, named
from fer_controller.store.dead_letters.records import DEAD_LETTERS, DEAD_LETTERS_DROPPED, DeadLetter


class DeadLetterStore:
    """Counters, and the newest messages that could not be read, at most `most` of them."""

    def __init__(self, database: Database, most: int = 10_000) -> None:
        self._database, self._most = database, most

    def newest(self, limit: int) -> list[DeadLetter]:
        """The newest dead letters, ascending by time."""
        return self._database.records(DeadLetter, "dead_letters", {"limit": limit})

    def counters(self) -> dict[str, int]:
        """All counters, which never start again."""
        return {row["name"]: row["value"] for row in self._database.rows("counters")}

    def add(self, letters: Sequence[DeadLetter]) -> None:
        """Store them, delete the oldest beyond the limit, and count both."""
        if not letters:
            return
        self._database.many("insert_dead_letter", map(named, letters))
        self.count(DEAD_LETTERS, len(letters))
        self.count(DEAD_LETTERS_DROPPED, self._database.run("trim_dead_letters", {"most": self._most}))

    def leave_out(self, letters: int) -> None:
        """Count letters that are not kept."""
        self.count(DEAD_LETTERS, letters)
        self.count(DEAD_LETTERS_DROPPED, letters)

    def count(self, name: str, more: int) -> None:
        """Increase a counter."""
        if more:
            self._database.run("add_to_counter", {"name": name, "more": more})
