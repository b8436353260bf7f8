-- Rollups, and the deletion of old rows. {where} is the condition of a filter; the other parts in braces come from the
-- metrics.

-- rolled_up --
-- The id up to which a table is rolled up.
SELECT coalesce((SELECT up_to_id FROM rolled_up WHERE source = :source), 0) AS id;

-- mark_rolled_up --
-- Note the id up to which a table is rolled up.
INSERT INTO rolled_up (source, up_to_id) VALUES (:source, :up_to_id)
ON CONFLICT (source) DO UPDATE SET up_to_id = excluded.up_to_id;

-- next_telemetry --
-- The last id of the next rows of telemetry, and how many rows there are.
SELECT max(id) AS up_to_id, count(*) AS number FROM (
  SELECT id FROM telemetry WHERE id > :after_id AND id <= :settled ORDER BY id LIMIT :limit
) AS following;

-- next_events --
-- The last id of the next events, and how many events there are.
SELECT max(id) AS up_to_id, count(*) AS number FROM (
  SELECT id FROM events WHERE id > :after_id AND id <= :settled ORDER BY id LIMIT :limit
) AS following;

-- roll_up_telemetry --
-- Add a range of telemetry to the minutes, hours or days in which it arrived, by the controller's clock.
INSERT INTO telemetry_rollups (per, start, device, {columns})
SELECT :per, substr(received_at, 1, :characters) || :rest, device, {made}
FROM telemetry WHERE id > :after_id AND id <= :up_to_id GROUP BY 2, device
ON CONFLICT (per, start, device) DO UPDATE SET {merged};

-- roll_up_events --
-- Add a range of events to the minutes, hours or days in which they were seen, by the device's clock. Where it is not known how
-- many were rated, that stays so.
INSERT INTO emotion_rollups (per, start, device, camera, emotion, events, faces, confidence_sum, uncertain, rated)
SELECT :per, substr(time, 1, :characters) || :rest, device, camera, emotion,
  count(*), count(CASE WHEN kind = :started THEN 1 END), sum(confidence), count(CASE WHEN uncertain = 1 THEN 1 END),
  count(uncertain)
FROM events WHERE id > :after_id AND id <= :up_to_id AND kind <> :ended GROUP BY 2, device, camera, emotion
ON CONFLICT (per, start, device, camera, emotion) DO UPDATE SET
  events = emotion_rollups.events + excluded.events,
  faces = emotion_rollups.faces + excluded.faces,
  confidence_sum = emotion_rollups.confidence_sum + excluded.confidence_sum,
  uncertain = emotion_rollups.uncertain + excluded.uncertain,
  rated = emotion_rollups.rated + excluded.rated;

-- forget_telemetry --
-- Of the oldest telemetry, delete what arrived before a time, but never the newest row, whose id must not be reused.
DELETE FROM telemetry WHERE id IN (
  SELECT id FROM (
    SELECT id, received_at FROM telemetry
    WHERE id <= :rolled_up AND id < (SELECT max(id) FROM telemetry) ORDER BY id LIMIT :limit
  ) WHERE received_at < :before
);

-- oldest_events --
-- The oldest events that may be deleted, and how far their stream is stored; never the newest event.
SELECT e.id, e.device, e.epoch, e.seq, e.received_at, s.contiguous_seq
FROM (
  SELECT id, device, epoch, seq, received_at FROM events
  WHERE id > :after_id AND id <= :rolled_up AND id < (SELECT max(id) FROM events) ORDER BY id LIMIT :limit
) e JOIN streams s ON s.device = e.device AND s.epoch = e.epoch
ORDER BY e.id;

-- forget_event --
-- Delete an event.
DELETE FROM events WHERE id = :id;

-- note_forgotten --
-- Note that the events of a stream up to this seq were deleted, so that they are recognised if they arrive again.
UPDATE streams SET forgotten_seq = max(forgotten_seq, :seq) WHERE device = :device AND epoch = :epoch;

-- note_forgotten_before --
-- Note that rows were deleted of those that arrived before a time.
INSERT INTO forgotten (source, arrived_before) VALUES (:source, :before)
ON CONFLICT (source) DO UPDATE SET arrived_before = excluded.arrived_before
WHERE forgotten.arrived_before < excluded.arrived_before;

-- forgotten_before --
-- The time before which rows arrived of which some were deleted.
SELECT arrived_before FROM forgotten WHERE source = :source;

-- forget_telemetry_rollups --
-- Delete the oldest telemetry rollups that start before a time.
DELETE FROM telemetry_rollups WHERE id IN (
  SELECT id FROM telemetry_rollups WHERE per = :per AND start < :before ORDER BY start LIMIT :limit
);

-- forget_emotion_rollups --
-- Delete the oldest emotion rollups that start before a time.
DELETE FROM emotion_rollups WHERE id IN (
  SELECT id FROM emotion_rollups WHERE per = :per AND start < :before ORDER BY start LIMIT :limit
);

-- telemetry_rollups --
-- The newest telemetry rollups of one device or of all.
SELECT * FROM (
  SELECT start, device, {figures} FROM telemetry_rollups WHERE per = :per AND {where} ORDER BY start DESC, device DESC LIMIT :limit
) AS newest ORDER BY start, device;

-- face_shares --
-- The share of frames with a face in whole hours, of each device that measured it often enough.
SELECT device, sum(face_share_sum) / sum(face_share_samples) AS share FROM telemetry_rollups
WHERE per = 'hour' AND start >= :since AND start < :until
GROUP BY device HAVING sum(face_share_samples) >= :least ORDER BY device;

-- emotion_rollups --
-- The newest emotion rollups that match.
SELECT * FROM (
  SELECT start, device, camera, emotion, events, faces, confidence_sum / events AS confidence_mean,
    CASE WHEN rated > 0 THEN uncertain END AS uncertain, coalesce(rated, 0) AS rated
  FROM emotion_rollups WHERE per = :per AND {where}
  ORDER BY start DESC, device DESC, camera DESC, emotion DESC LIMIT :limit
) AS newest ORDER BY start, device, camera, emotion;

-- emotion_rollups_summed --
-- The newest emotion rollups that match, summed over devices and cameras.
SELECT * FROM (
  SELECT start, '' AS device, '' AS camera, emotion, CAST(sum(events) AS BIGINT) AS events, CAST(sum(faces) AS BIGINT) AS faces,
    sum(confidence_sum) / sum(events) AS confidence_mean,
    CAST(sum(CASE WHEN rated > 0 THEN uncertain END) AS BIGINT) AS uncertain, CAST(coalesce(sum(rated), 0) AS BIGINT) AS rated
  FROM emotion_rollups WHERE per = :per AND {where}
  GROUP BY start, emotion ORDER BY start DESC, emotion DESC LIMIT :limit
) AS newest ORDER BY start, emotion;

-- emotions_by_label --
-- Events of each emotion in a span of time, by the value that a label has on their devices; empty where it has none.
SELECT coalesce(labels.value, '') AS value, emotion, CAST(sum(events) AS BIGINT) AS events FROM (
  SELECT device, emotion, sum(events) AS events FROM emotion_rollups
  WHERE per = :per AND start >= :since AND start < :until GROUP BY device, emotion
) AS seen LEFT JOIN labels ON labels.device = seen.device AND labels.key = :key
GROUP BY 1, 2 ORDER BY 1, 2;

-- emotion_shares --
-- Events of each emotion in each of the newest spans, by the value that a label has on their devices.
SELECT start, coalesce(labels.value, '') AS value, emotion,
  CAST(sum(events) AS BIGINT) AS events, CAST(sum(faces) AS BIGINT) AS faces,
  CAST(sum(uncertain) AS BIGINT) AS uncertain, CAST(sum(rated) AS BIGINT) AS rated
FROM (
  SELECT start, device, emotion, sum(events) AS events, sum(faces) AS faces,
    sum(CASE WHEN rated > 0 THEN uncertain END) AS uncertain, coalesce(sum(rated), 0) AS rated
  FROM emotion_rollups WHERE per = :per AND {where} GROUP BY start, device, emotion
) AS seen LEFT JOIN labels ON labels.device = seen.device AND labels.key = :key
GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 LIMIT :limit;
