"""The tables of rollups, as the migrations make them."""

RATED_EVENTS_OF_ROLLUPS: tuple[str, ...] = (
    # How many events said whether they are uncertain; NULL where nobody counted them.
    "ALTER TABLE emotion_rollups ADD COLUMN rated INTEGER",
)

DAYS_OF_ROLLUPS: tuple[str, ...] = (
    # Of the hours that are kept, so that a year can be drawn at once.
    """
    INSERT INTO telemetry_rollups (per, start, device, samples, fps_samples, fps_sum, fps_min, latency_samples,
      latency_p95_sum_ms, latency_p95_max_ms, cpu_samples, cpu_sum_percent, temperature_max_c, agent_memory_max_mb,
      pending_events_max, faces_per_frame_samples, faces_per_frame_sum, face_share_samples, face_share_sum)
    SELECT 'day', substr(start, 1, 10) || 'T00:00:00.000Z', device, sum(samples), sum(fps_samples), sum(fps_sum),
      min(fps_min), sum(latency_samples), sum(latency_p95_sum_ms), max(latency_p95_max_ms), sum(cpu_samples),
      sum(cpu_sum_percent), max(temperature_max_c), max(agent_memory_max_mb), max(pending_events_max),
      sum(faces_per_frame_samples), sum(faces_per_frame_sum), sum(face_share_samples), sum(face_share_sum)
    FROM telemetry_rollups WHERE per = 'hour' GROUP BY 2, device
    """,
    """
    INSERT INTO emotion_rollups (per, start, device, camera, emotion, events, faces, confidence_sum, uncertain, rated)
    SELECT 'day', substr(start, 1, 10) || 'T00:00:00.000Z', device, camera, emotion, sum(events), sum(faces),
      sum(confidence_sum), sum(uncertain), sum(rated)
    FROM emotion_rollups WHERE per = 'hour' GROUP BY 2, device, camera, emotion
    """,
)

FACES_OF_ROLLUPS: tuple[str, ...] = (
    "ALTER TABLE telemetry_rollups ADD COLUMN faces_per_frame_sum REAL NOT NULL DEFAULT 0",
    "ALTER TABLE telemetry_rollups ADD COLUMN faces_per_frame_samples INTEGER NOT NULL DEFAULT 0",
)

FACE_SHARE_OF_ROLLUPS: tuple[str, ...] = (
    "ALTER TABLE telemetry_rollups ADD COLUMN face_share_sum REAL NOT NULL DEFAULT 0",
    "ALTER TABLE telemetry_rollups ADD COLUMN face_share_samples INTEGER NOT NULL DEFAULT 0",
)

ROLLUPS: tuple[str, ...] = (
    "CREATE TABLE rolled_up (source TEXT PRIMARY KEY, up_to_id INTEGER NOT NULL) STRICT",
    """
    CREATE TABLE telemetry_rollups (
      id INTEGER PRIMARY KEY,
      per TEXT NOT NULL,
      start TEXT NOT NULL,
      device TEXT NOT NULL,
      samples INTEGER NOT NULL,
      fps_samples INTEGER NOT NULL,
      fps_sum REAL NOT NULL,
      fps_min REAL,
      latency_samples INTEGER NOT NULL,
      latency_p95_sum_ms REAL NOT NULL,
      latency_p95_max_ms REAL,
      cpu_samples INTEGER NOT NULL,
      cpu_sum_percent REAL NOT NULL,
      temperature_max_c REAL,
      agent_memory_max_mb REAL,
      pending_events_max INTEGER NOT NULL,
      UNIQUE (per, start, device)
    ) STRICT
    """,
    """
    CREATE TABLE emotion_rollups (
      id INTEGER PRIMARY KEY,
      per TEXT NOT NULL,
      start TEXT NOT NULL,
      device TEXT NOT NULL,
      camera TEXT NOT NULL,
      emotion TEXT NOT NULL,
      events INTEGER NOT NULL,
      faces INTEGER NOT NULL,
      confidence_sum REAL NOT NULL,
      UNIQUE (per, start, device, camera, emotion)
    ) STRICT
    """,
)

BOUNDS_OF_ROLLUPS: tuple[str, ...] = (
    # Sums that telemetry without bounds made infinite, or nearly so.
    "UPDATE telemetry_rollups SET fps_samples = 0, fps_sum = 0, fps_min = NULL WHERE fps_sum > 1e15 OR fps_min > 1e12",
    """
    UPDATE telemetry_rollups SET latency_samples = 0, latency_p95_sum_ms = 0, latency_p95_max_ms = NULL
    WHERE latency_p95_sum_ms > 1e15
    """,
    "UPDATE telemetry_rollups SET cpu_samples = 0, cpu_sum_percent = 0 WHERE cpu_sum_percent > 1e15",
    "UPDATE telemetry_rollups SET temperature_max_c = NULL WHERE abs(temperature_max_c) > 1e12",
    "UPDATE telemetry_rollups SET agent_memory_max_mb = NULL WHERE agent_memory_max_mb > 1e12",
    """
    UPDATE telemetry_rollups SET faces_per_frame_samples = 0, faces_per_frame_sum = 0 WHERE faces_per_frame_sum > 1e15
    """,
    "UPDATE telemetry_rollups SET pending_events_max = 9007199254740991 WHERE pending_events_max > 9007199254740991",
)

TIMES_OF_FORGETTING: tuple[str, ...] = (
    "CREATE TABLE forgotten (source TEXT PRIMARY KEY, arrived_before TEXT NOT NULL) STRICT",
    # How far it went before this was noted is not known; it went through the events from the oldest on.
    """
    INSERT INTO forgotten (source, arrived_before)
    SELECT 'events', substr(received_at, 1, 10) || 'T23:59:59.999Z' FROM events
    WHERE EXISTS (SELECT 1 FROM streams WHERE forgotten_seq > 0) ORDER BY id LIMIT 1
    """,
)
