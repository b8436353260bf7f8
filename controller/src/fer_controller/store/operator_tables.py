"""The table of operators, as the migrations make it."""

OPERATOR_TABLES: tuple[str, ...] = (
    """
    CREATE TABLE operators (
      name TEXT PRIMARY KEY,
      role TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX operators_by_sha256 ON operators (sha256)",
)
