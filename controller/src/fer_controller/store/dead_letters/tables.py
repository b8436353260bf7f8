"""The tables of dead letters and of counters, as the migrations make them."""

DEAD_LETTERS: tuple[str, ...] = (
    """
    CREATE TABLE dead_letters (
      id INTEGER PRIMARY KEY,
      time TEXT NOT NULL,
      topic TEXT NOT NULL,
      reason TEXT NOT NULL,
      payload BLOB NOT NULL,
      size_bytes INTEGER NOT NULL
    ) STRICT
    """,
)

COUNTERS: tuple[str, ...] = ("CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",)
