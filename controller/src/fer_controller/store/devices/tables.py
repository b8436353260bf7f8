"""The tables of devices and of their labels, as the migrations make them."""

DEVICES: tuple[str, ...] = (
    """
    CREATE TABLE devices (
      device TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      run TEXT NOT NULL,
      born TEXT NOT NULL,
      since TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      agent_version TEXT NOT NULL,
      reason TEXT NOT NULL,
      reported TEXT NOT NULL
    ) STRICT
    """,
)

LABELS: tuple[str, ...] = (
    """
    CREATE TABLE labels (
      device TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      set_at TEXT NOT NULL,
      set_by TEXT NOT NULL,
      PRIMARY KEY (device, key)
    ) STRICT, WITHOUT ROWID
    """,
)

CLOCKS_OF_DEVICES: tuple[str, ...] = ("ALTER TABLE devices ADD COLUMN clock_offset_s REAL NOT NULL DEFAULT 0",)

REVOKED_DEVICES: tuple[str, ...] = (
    """
    CREATE TABLE revoked_devices (
      device TEXT PRIMARY KEY,
      revoked_at TEXT NOT NULL,
      revoked_by TEXT NOT NULL
    ) STRICT
    """,
)

CONNECTIONS_OF_DEVICES: tuple[str, ...] = ("ALTER TABLE devices ADD COLUMN connection INTEGER NOT NULL DEFAULT 0",)

SIGHT_OF_DEVICES: tuple[str, ...] = ("ALTER TABLE devices ADD COLUMN blind TEXT NOT NULL DEFAULT ''",)
