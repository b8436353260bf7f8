"""Changes of the tables that SQLite and PostgreSQL have alike: written once, in SQLite's words.

They follow the migrations that each engine has of its own, and, like those, are never changed, only added to.
"""

from collections.abc import Mapping

from fer_controller.store.moves.tables import MOVES

CHANGES: Mapping[str, tuple[str, ...]] = {
    "c001_moves": MOVES,
}
"""By their names in order: the statements of each."""
