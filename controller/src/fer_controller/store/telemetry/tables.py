"""The table of telemetry, as the migrations make it."""

TELEMETRY: tuple[str, ...] = (
    """
    CREATE TABLE telemetry (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      run TEXT NOT NULL,
      time TEXT NOT NULL,
      fps REAL,
      latency_p95_ms REAL,
      cpu_percent REAL,
      gpu_percent REAL,
      cpu_temperature_c REAL,
      memory_used_mb REAL,
      agent_memory_mb REAL,
      pending_events INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      model TEXT NOT NULL,
      provider TEXT NOT NULL,
      payload TEXT NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (device, time, run)
    ) STRICT
    """,
)

TELEMETRY_OF_WINDOWS: tuple[str, ...] = (
    "ALTER TABLE telemetry ADD COLUMN temperature_c REAL",
    "ALTER TABLE telemetry ADD COLUMN throttled INTEGER",
    """
    CREATE INDEX telemetry_by_arrival ON telemetry (
      device, received_at, run, fps, latency_p95_ms, temperature_c, throttled, agent_memory_mb, provider, errors
    )
    """,
)

FACES_OF_TELEMETRY: tuple[str, ...] = (
    "ALTER TABLE telemetry ADD COLUMN faces_per_frame REAL",
    "DROP INDEX telemetry_by_arrival",
    """
    CREATE INDEX telemetry_by_arrival ON telemetry (
      device, received_at, run, fps, latency_p95_ms, temperature_c, throttled, agent_memory_mb, provider, errors,
      faces_per_frame
    )
    """,
)

FACE_SHARE_OF_TELEMETRY: tuple[str, ...] = (
    "ALTER TABLE telemetry ADD COLUMN face_share REAL",
    "DROP INDEX telemetry_by_arrival",
    """
    CREATE INDEX telemetry_by_arrival ON telemetry (
      device, received_at, run, fps, latency_p95_ms, temperature_c, throttled, agent_memory_mb, provider, errors,
      faces_per_frame, face_share
    )
    """,
)
