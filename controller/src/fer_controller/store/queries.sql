-- The SQL of the store. A query is "-- name --", at least one line of description, and its text.

-- insert_event --
-- Store one event; one that is there already stays as it is, one that was there and is forgotten stays forgotten.
-- (OR IGNORE would pass over every other fault too.)
INSERT INTO events
  (device, epoch, seq, camera, time, track, kind, emotion, confidence, probabilities,
   box_x, box_y, box_width, box_height, model, received_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
WHERE NOT EXISTS (SELECT 1 FROM streams WHERE device = ?1 AND epoch = ?2 AND forgotten_seq >= ?3)
ON CONFLICT (device, epoch, seq) DO NOTHING;

-- story --
-- What tells an event from another one that bears its number.
SELECT camera, time, track, kind FROM events WHERE device = ? AND epoch = ? AND seq = ?;

-- upsert_stream --
-- Move a stream's contiguous seq, or begin the stream.
INSERT INTO streams (device, epoch, contiguous_seq, first_seen) VALUES (?, ?, ?, ?)
ON CONFLICT (device, epoch) DO UPDATE SET contiguous_seq = excluded.contiguous_seq;

-- insert_gap --
-- Note what a device dropped at its cap.
INSERT INTO gaps (device, epoch, first_seq, last_seq, noted_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device, epoch, first_seq) DO NOTHING;

-- upsert_device --
-- Write all that is known of a device.
INSERT INTO devices (device, state, run, born, since, last_seen, agent_version, reason, reported)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (device) DO UPDATE SET
  state = excluded.state, run = excluded.run, born = excluded.born, since = excluded.since,
  last_seen = excluded.last_seen, agent_version = excluded.agent_version, reason = excluded.reason,
  reported = excluded.reported;

-- insert_telemetry --
-- Store one telemetry message; one that is there already stays as it is.
INSERT INTO telemetry
  (device, run, time, fps, latency_p95_ms, cpu_percent, gpu_percent, cpu_temperature_c, memory_used_mb,
   agent_memory_mb, pending_events, errors, model, provider, payload, received_at, temperature_c, throttled)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (device, time, run) DO NOTHING;

-- insert_dead_letter --
-- Keep a message that could not be read.
INSERT INTO dead_letters (time, topic, reason, payload, size_bytes) VALUES (?, ?, ?, ?, ?);

-- trim_dead_letters --
-- Let the oldest dead letters go beyond the cap.
DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?;

-- add_to_counter --
-- Count something.
INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value;

-- streams --
-- All streams in the order in which they were first seen.
SELECT device, epoch, contiguous_seq FROM streams ORDER BY id;

-- seqs_above --
-- The stored seqs of a stream above one.
SELECT seq FROM events WHERE device = ? AND epoch = ? AND seq > ? ORDER BY seq;

-- newest_events --
-- The newest events that match, up to an id.
SELECT * FROM (
  SELECT id, device, camera, epoch, seq, time, track, kind, emotion, confidence, probabilities,
    box_x, box_y, box_width, box_height, model
  FROM events
  WHERE time >= :since AND time < :until AND id <= :up_to_id
    AND (:camera IS NULL OR camera = :camera) AND (:emotion IS NULL OR emotion = :emotion)
    AND (:kind IS NULL OR kind = :kind) AND (:track IS NULL OR track = :track)
  ORDER BY time DESC, id DESC LIMIT :limit
) ORDER BY time, id;

-- newest_events_of_device --
-- The newest events of one device that match, up to an id; apart, so that SQLite takes the device's index.
SELECT * FROM (
  SELECT id, device, camera, epoch, seq, time, track, kind, emotion, confidence, probabilities,
    box_x, box_y, box_width, box_height, model
  FROM events
  WHERE device = :device AND time >= :since AND time < :until AND id <= :up_to_id
    AND (:camera IS NULL OR camera = :camera) AND (:emotion IS NULL OR emotion = :emotion)
    AND (:kind IS NULL OR kind = :kind) AND (:track IS NULL OR track = :track)
  ORDER BY time DESC, id DESC LIMIT :limit
) ORDER BY time, id;

-- events_page --
-- The next events that match after (time, id).
SELECT id, device, camera, epoch, seq, time, track, kind, emotion, confidence, probabilities,
  box_x, box_y, box_width, box_height, model
FROM events
WHERE (time, id) > (:after_time, :after_id) AND time >= :since AND time < :until
  AND (:camera IS NULL OR camera = :camera) AND (:emotion IS NULL OR emotion = :emotion)
  AND (:kind IS NULL OR kind = :kind) AND (:track IS NULL OR track = :track)
ORDER BY time, id LIMIT :limit;

-- events_page_of_device --
-- The next events of one device that match after (time, id); apart, so that SQLite takes the device's index.
SELECT id, device, camera, epoch, seq, time, track, kind, emotion, confidence, probabilities,
  box_x, box_y, box_width, box_height, model
FROM events
WHERE device = :device AND (time, id) > (:after_time, :after_id) AND time >= :since AND time < :until
  AND (:camera IS NULL OR camera = :camera) AND (:emotion IS NULL OR emotion = :emotion)
  AND (:kind IS NULL OR kind = :kind) AND (:track IS NULL OR track = :track)
ORDER BY time, id LIMIT :limit;

-- events_stored_after --
-- The next events that match, in the order in which they were stored; + keeps SQLite from the index of times.
SELECT id, device, camera, epoch, seq, time, track, kind, emotion, confidence, probabilities,
  box_x, box_y, box_width, box_height, model
FROM events
WHERE id > :after_id AND +time >= :since AND +time < :until
  AND (:device IS NULL OR device = :device) AND (:camera IS NULL OR camera = :camera)
  AND (:emotion IS NULL OR emotion = :emotion) AND (:kind IS NULL OR kind = :kind)
  AND (:track IS NULL OR track = :track)
ORDER BY id LIMIT :limit;

-- last_event_id --
-- The id of the event stored last.
SELECT coalesce(max(id), 0) FROM events;

-- tally --
-- How many events of a device are stored, how many seqs, and how many say the same thing twice.
SELECT count(*),
  (SELECT count(*) FROM (SELECT DISTINCT epoch, seq FROM events WHERE device = :device)),
  count(*) - (SELECT count(*) FROM (SELECT DISTINCT camera, track, kind, time FROM events WHERE device = :device))
FROM events WHERE device = :device;

-- devices --
-- All devices by name.
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported FROM devices ORDER BY device;

-- newest_telemetry --
-- The newest telemetry of all devices.
SELECT * FROM (SELECT id, device, time, payload FROM telemetry ORDER BY id DESC LIMIT :limit) ORDER BY id;

-- newest_telemetry_of_device --
-- The newest telemetry of one device by its own clock, whose index SQLite then takes.
SELECT * FROM (
  SELECT id, device, time, payload FROM telemetry WHERE device = :device ORDER BY time DESC, id DESC LIMIT :limit
) ORDER BY id;

-- telemetry_stored_after --
-- The next telemetry in the order in which it was stored.
SELECT id, device, time, payload FROM telemetry
WHERE id > :after_id AND (:device IS NULL OR device = :device) ORDER BY id LIMIT :limit;

-- dead_letters --
-- The newest dead letters.
SELECT time, topic, reason, payload, size_bytes FROM (SELECT * FROM dead_letters ORDER BY id DESC LIMIT :limit)
ORDER BY id;

-- gaps --
-- What devices declared dropped.
SELECT device, epoch, first_seq, last_seq, noted_at FROM gaps ORDER BY id;

-- counters --
-- What was counted since the database was made.
SELECT name, value FROM counters ORDER BY name;
