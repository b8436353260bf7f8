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

BOUNDS_OF_TELEMETRY: tuple[str, ...] = (
    # Before telemetry had bounds a device could claim 1.7e308 frames a second, and two of those make an infinite mean.
    """
    UPDATE telemetry SET
      fps = iif(abs(fps) > 1e12, NULL, fps),
      latency_p95_ms = iif(abs(latency_p95_ms) > 1e12, NULL, latency_p95_ms),
      cpu_percent = iif(abs(cpu_percent) > 1e12, NULL, cpu_percent),
      gpu_percent = iif(abs(gpu_percent) > 1e12, NULL, gpu_percent),
      cpu_temperature_c = iif(abs(cpu_temperature_c) > 1e12, NULL, cpu_temperature_c),
      temperature_c = iif(abs(temperature_c) > 1e12, NULL, temperature_c),
      memory_used_mb = iif(abs(memory_used_mb) > 1e12, NULL, memory_used_mb),
      agent_memory_mb = iif(abs(agent_memory_mb) > 1e12, NULL, agent_memory_mb),
      faces_per_frame = iif(abs(faces_per_frame) > 1e12, NULL, faces_per_frame),
      pending_events = min(pending_events, 9007199254740991),
      errors = min(errors, 9007199254740991)
    WHERE max(
      abs(ifnull(fps, 0)), abs(ifnull(latency_p95_ms, 0)), abs(ifnull(cpu_percent, 0)), abs(ifnull(gpu_percent, 0)),
      abs(ifnull(cpu_temperature_c, 0)), abs(ifnull(temperature_c, 0)), abs(ifnull(memory_used_mb, 0)),
      abs(ifnull(agent_memory_mb, 0)), abs(ifnull(faces_per_frame, 0)), pending_events, errors
    ) > 1e12
    """,
)
