"""The table of commands, as the changes of the tables make it."""

COMMANDS: tuple[str, ...] = (
    """
    CREATE TABLE commands (
      id TEXT PRIMARY KEY,
      device TEXT NOT NULL,
      kind TEXT NOT NULL,
      state TEXT NOT NULL,
      asked_at TEXT NOT NULL,
      asked_by TEXT NOT NULL,
      expires_at TEXT NOT NULL,
      sent_at TEXT NOT NULL,
      settled_at TEXT NOT NULL,
      run TEXT NOT NULL,
      reason TEXT NOT NULL,
      diagnosis TEXT NOT NULL,
      noted INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX commands_by_device ON commands (device, asked_at)",
    "CREATE INDEX commands_by_age ON commands (asked_at)",
    "CREATE INDEX commands_not_noted ON commands (asked_at) WHERE noted = 0",
)
