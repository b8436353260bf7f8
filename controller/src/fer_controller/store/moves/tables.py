"""The tables of moves, as the migrations make them."""

MOVES: tuple[str, ...] = (
    """
    CREATE TABLE moves (
      direction TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      other TEXT NOT NULL,
      state TEXT NOT NULL,
      run TEXT NOT NULL,
      at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE moved_blocks (
      source TEXT NOT NULL,
      block INTEGER NOT NULL,
      checksum TEXT NOT NULL,
      PRIMARY KEY (source, block)
    ) STRICT, WITHOUT ROWID
    """,
)
