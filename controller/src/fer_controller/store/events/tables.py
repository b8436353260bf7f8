"""The tables of events, their streams and their gaps, as the migrations make them."""

EVENTS: tuple[str, ...] = (
    """
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      camera TEXT NOT NULL,
      time TEXT NOT NULL,
      track INTEGER NOT NULL,
      kind TEXT NOT NULL,
      emotion TEXT NOT NULL,
      confidence REAL NOT NULL,
      probabilities TEXT NOT NULL,
      box_x INTEGER NOT NULL,
      box_y INTEGER NOT NULL,
      box_width INTEGER NOT NULL,
      box_height INTEGER NOT NULL,
      model TEXT NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (device, epoch, seq)
    ) STRICT
    """,
    "CREATE INDEX events_by_time ON events (time)",
    "CREATE INDEX events_by_device_and_time ON events (device, time)",
)

STREAMS: tuple[str, ...] = (
    """
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      contiguous_seq INTEGER NOT NULL,
      first_seen TEXT NOT NULL,
      UNIQUE (device, epoch)
    ) STRICT
    """,
)

GAPS: tuple[str, ...] = (
    """
    CREATE TABLE gaps (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      noted_at TEXT NOT NULL,
      UNIQUE (device, epoch, first_seq)
    ) STRICT
    """,
)

FORGOTTEN_EVENTS: tuple[str, ...] = ("ALTER TABLE streams ADD COLUMN forgotten_seq INTEGER NOT NULL DEFAULT 0",)

BEGINNINGS_OF_STREAMS: tuple[str, ...] = (
    "ALTER TABLE streams ADD COLUMN began_after_seq INTEGER NOT NULL DEFAULT 0",
    # Where events were deleted, it is not known any more.
    """
    UPDATE streams SET began_after_seq = coalesce((
      SELECT min(first_seq) - 1 FROM (
        SELECT min(seq) AS first_seq FROM events WHERE events.device = streams.device AND events.epoch = streams.epoch
        UNION ALL
        SELECT min(first_seq) FROM gaps WHERE gaps.device = streams.device AND gaps.epoch = streams.epoch
      )
    ), 0) WHERE forgotten_seq = 0
    """,
)

TRUST_OF_EVENTS: tuple[str, ...] = tuple(
    f"ALTER TABLE events ADD COLUMN {column} REAL"
    for column in ("face_px", "yaw_degrees", "pitch_degrees", "roll_degrees")
)

CLOCKS_OF_EVENTS: tuple[str, ...] = ("ALTER TABLE events ADD COLUMN device_time TEXT",)

UNCERTAIN_EVENTS: tuple[str, ...] = (
    # 1 where the device said that its evidence was thin, 0 where it said that it was not, NULL where it said nothing.
    "ALTER TABLE events ADD COLUMN uncertain INTEGER",
    "ALTER TABLE emotion_rollups ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0",
)

ARRIVALS_OF_EVENTS: tuple[str, ...] = ("CREATE INDEX events_by_arrival ON events (device, received_at)",)

DEVICES_OF_EVENTS: tuple[str, ...] = (
    # Ids grow as events arrive, and every index holds them: this one finds arrivals, and costs less to keep.
    "DROP INDEX events_by_arrival",
    "CREATE INDEX events_by_device ON events (device)",
)

BOUNDS_OF_STREAMS: tuple[str, ...] = (
    # 2^53 - 1 is the largest number of an event; before that bound a device could claim any that fits 64 bits.
    """
    UPDATE streams SET contiguous_seq = min(contiguous_seq, 9007199254740991),
      began_after_seq = min(began_after_seq, 9007199254740991), forgotten_seq = min(forgotten_seq, 9007199254740991)
    WHERE max(contiguous_seq, began_after_seq, forgotten_seq) > 9007199254740991
    """,
    "DELETE FROM gaps WHERE first_seq > 9007199254740991",
    "UPDATE gaps SET last_seq = 9007199254740991 WHERE last_seq > 9007199254740991",
)

HOURS_OF_EVENTS: tuple[str, ...] = (
    """
    CREATE TABLE event_hours (
      hour TEXT NOT NULL,
      camera TEXT NOT NULL,
      emotion TEXT NOT NULL,
      kind TEXT NOT NULL,
      first_track INTEGER NOT NULL,
      last_track INTEGER NOT NULL,
      largest_face_px REAL NOT NULL,
      least_yaw_degrees REAL NOT NULL,
      PRIMARY KEY (hour, camera, emotion, kind)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO event_hours
    SELECT substr(time, 1, 13), camera, emotion, kind, min(track), max(track), coalesce(max(face_px), -1),
      coalesce(min(abs(yaw_degrees)), 999)
    FROM events GROUP BY 1, 2, 3, 4
    """,
)

FACES_OF_HOURS: tuple[str, ...] = (
    """
    CREATE TABLE best_faces (
      hour TEXT NOT NULL,
      face_px REAL NOT NULL,
      yaw_degrees REAL NOT NULL,
      PRIMARY KEY (hour, face_px)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO best_faces (hour, face_px, yaw_degrees)
    SELECT hour, face_px, yaw_degrees FROM (
      SELECT *, min(yaw_degrees) OVER larger AS least_of_larger FROM (
        SELECT substr(time, 1, 13) AS hour, face_px, min(abs(yaw_degrees)) AS yaw_degrees FROM events
        WHERE face_px IS NOT NULL AND yaw_degrees IS NOT NULL GROUP BY 1, 2
      )
      WINDOW larger AS (PARTITION BY hour ORDER BY face_px DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) WHERE least_of_larger IS NULL OR yaw_degrees < least_of_larger
    """,
)

BOUNDS_OF_TIMES: tuple[str, ...] = (
    # Before arrivals were believed first, an event of the year 9990 was the newest for ever.
    """
    UPDATE events SET device_time = time, time = received_at
    WHERE time > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day')
    """,
    "DELETE FROM emotion_rollups WHERE start > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day')",
)
