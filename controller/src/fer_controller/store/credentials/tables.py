"""The table of tokens, as the migrations make it, the two that were there before it, and that of sessions."""

DEVICE_TOKENS: tuple[str, ...] = (
    """
    CREATE TABLE tokens (
      device TEXT PRIMARY KEY,
      sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX tokens_by_sha256 ON tokens (sha256)",
)

OPERATORS: tuple[str, ...] = (
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

TOKENS: tuple[str, ...] = (
    "ALTER TABLE tokens RENAME TO device_tokens",
    """
    CREATE TABLE tokens (
      id INTEGER PRIMARY KEY,
      holder TEXT NOT NULL,
      role TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL,
      UNIQUE (holder, role)
    ) STRICT
    """,
    """
    INSERT INTO tokens (holder, role, sha256, made_at)
    SELECT device, 'device', sha256, made_at FROM device_tokens UNION ALL
    SELECT name, role, sha256, made_at FROM operators
    """,
    "DROP TABLE device_tokens",
    "DROP TABLE operators",
    "CREATE UNIQUE INDEX tokens_by_sha256 ON tokens (sha256)",
)

LIMITS_OF_OPERATORS: tuple[str, ...] = ("ALTER TABLE tokens ADD COLUMN selector TEXT NOT NULL DEFAULT ''",)

LIVES_OF_TOKENS: tuple[str, ...] = (
    "ALTER TABLE tokens ADD COLUMN expires_at TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tokens ADD COLUMN last_used_at TEXT NOT NULL DEFAULT ''",
)

SESSIONS: tuple[str, ...] = (
    """
    CREATE TABLE sessions (
      sha256 TEXT PRIMARY KEY,
      token_sha256 TEXT NOT NULL,
      made_at TEXT NOT NULL,
      expires_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX sessions_by_token ON sessions (token_sha256)",
)
