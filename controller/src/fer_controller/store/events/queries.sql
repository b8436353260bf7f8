-- Events, streams and gaps. A query is "-- name --", at least one line of description, and its text.
-- {where} is the condition of an EventFilter; {where:+} keeps SQLite from using the indexes of its columns.

-- insert_event --
-- Store one event, unless it is stored already or was stored and then deleted.
-- (OR IGNORE would hide every other fault too. OR FAIL spares the journal that SQLite keeps to undo one statement of a
-- transaction, which took longer than the insertion; any fault undoes the whole transaction here.)
INSERT OR FAIL INTO events
  (device, epoch, seq, camera, time, track, kind, emotion, confidence, probabilities,
   box_x, box_y, box_width, box_height, model, received_at, face_px, yaw_degrees, pitch_degrees, roll_degrees,
   device_time, uncertain)
SELECT :device, :epoch, :seq, :camera, :time, :track, :kind, :emotion, :confidence, :probabilities,
  :box_x, :box_y, :box_width, :box_height, :model, :received_at, :face_px, :yaw_degrees, :pitch_degrees, :roll_degrees,
  :device_time, :uncertain
WHERE NOT EXISTS (SELECT 1 FROM streams WHERE device = :device AND epoch = :epoch AND forgotten_seq >= :seq)
ON CONFLICT (device, epoch, seq) DO NOTHING;

-- event_by_number --
-- The event with this (device, epoch, seq).
SELECT * FROM events WHERE device = :device AND epoch = :epoch AND seq = :seq;

-- upsert_stream --
-- Add a stream, or move its contiguous seq.
INSERT INTO streams (device, epoch, contiguous_seq, began_after_seq, first_seen)
VALUES (:device, :epoch, :contiguous_seq, :began_after_seq, :first_seen)
ON CONFLICT (device, epoch) DO UPDATE SET contiguous_seq = excluded.contiguous_seq;

-- insert_gap --
-- Note a gap that a device declared.
INSERT INTO gaps (device, epoch, first_seq, last_seq, noted_at)
VALUES (:device, :epoch, :first_seq, :last_seq, :noted_at)
ON CONFLICT (device, epoch, first_seq) DO NOTHING;

-- streams --
-- All streams in the order in which they were first seen.
SELECT device, epoch, contiguous_seq, began_after_seq FROM streams ORDER BY id;

-- streams_begun --
-- How many streams of a device began on a day or later.
SELECT count(*) FROM streams WHERE device = :device AND first_seen >= :day;

-- event_from --
-- The first event that was stored under an id or after it: its id, and when it arrived.
SELECT id, received_at FROM events WHERE id >= :id ORDER BY id LIMIT 1;

-- seqs_above --
-- The stored seqs of a stream above one.
SELECT seq FROM events WHERE device = :device AND epoch = :epoch AND seq > :seq ORDER BY seq;

-- newest_events --
-- The newest events that match, up to an id.
SELECT * FROM (
  SELECT * FROM events WHERE {where} AND id <= :up_to_id ORDER BY time DESC, id DESC LIMIT :limit
) AS newest ORDER BY time, id;

-- events_page --
-- The next events that match after (time, id).
SELECT * FROM events WHERE {where} AND (time, id) > (:after_time, :after_id) ORDER BY time, id LIMIT :limit;

-- events_before --
-- The events that match before (time, id), the newest first.
SELECT * FROM events WHERE {where} AND (time, id) < (:before_time, :before_id) ORDER BY time DESC, id DESC LIMIT :limit;

-- events_stored_after --
-- The next events that match, in the order in which they were stored.
SELECT * FROM events WHERE id > :after_id AND id <= :settled AND {where:+} ORDER BY id LIMIT :limit;

-- settled_events --
-- An id up to which no event will be stored any more; asked for before what is stored up to it.
SELECT coalesce(max(id), 0) AS id FROM events;

-- arrival_days --
-- The days, in UTC by the controller's clock, on which events arrived that match.
SELECT substr(received_at, 1, 10) AS day, count(*) AS events, min(id) AS first_id, max(id) AS last_id
FROM events WHERE {where:+} GROUP BY 1 ORDER BY 1;

-- events_of_day --
-- The next events that match of those that arrived on a day, in the order in which they were stored.
SELECT * FROM events
WHERE id > :after_id AND id <= :up_to_id AND received_at >= :day AND received_at < CAST(:day AS TEXT) || '~' AND {where:+}
ORDER BY id LIMIT :limit;

-- events_of_device_stored_after --
-- The same of one device; by the index, for others may have stored very many in between.
SELECT * FROM events INDEXED BY events_by_device
WHERE device = :device AND id > :after_id AND {where:+} ORDER BY id LIMIT :limit;

-- note_hour --
-- Note what events an hour has of a camera, an emotion and a kind.
INSERT INTO event_hours
  (hour, camera, emotion, kind, first_track, last_track, largest_face_px, least_yaw_degrees)
VALUES (:hour, :camera, :emotion, :kind, :first_track, :last_track, :largest_face_px, :least_yaw_degrees)
ON CONFLICT (hour, camera, emotion, kind) DO UPDATE SET
  first_track = min(first_track, excluded.first_track), last_track = max(last_track, excluded.last_track),
  largest_face_px = max(largest_face_px, excluded.largest_face_px),
  least_yaw_degrees = min(least_yaw_degrees, excluded.least_yaw_degrees)
WHERE excluded.first_track < first_track OR excluded.last_track > last_track
  OR excluded.largest_face_px > largest_face_px OR excluded.least_yaw_degrees < least_yaw_degrees;

-- note_best_face --
-- Note a face of an hour, unless one is noted that is at least as large and turned no more to a side.
INSERT INTO best_faces (hour, face_px, yaw_degrees)
SELECT :hour, :face_px, :yaw_degrees WHERE NOT EXISTS (
  SELECT 1 FROM best_faces WHERE hour = :hour AND face_px >= :face_px AND yaw_degrees <= :yaw_degrees
)
ON CONFLICT (hour, face_px) DO UPDATE SET yaw_degrees = excluded.yaw_degrees;

-- forget_worse_faces --
-- Forget the faces of an hour that are no larger than this one, and turned no less, but for itself.
DELETE FROM best_faces WHERE hour = :hour AND face_px < :face_px AND yaw_degrees >= :yaw_degrees;

-- event_hours --
-- The next hours that have events, in order, and whether something may match in them.
SELECT hour, max({possible}) AS possible FROM event_hours
WHERE hour >= :first AND hour < :before GROUP BY hour ORDER BY hour {order} LIMIT :limit;

-- forget_hours --
-- Forget the hours before that of the oldest event.
DELETE FROM event_hours WHERE hour < (SELECT substr(min(time), 1, 13) FROM events);

-- forget_best_faces --
-- Forget the faces of these hours.
DELETE FROM best_faces WHERE hour < (SELECT substr(min(time), 1, 13) FROM events);

-- last_event_id --
-- The id of the event stored last, up to one.
SELECT coalesce(max(id), 0) AS id FROM events WHERE id <= :settled;

-- events_between --
-- How many events have an id above one, up to another.
SELECT count(*) FROM events WHERE id > :after_id AND id <= :up_to_id;

-- tally --
-- Counts of a device's events: stored, with distinct numbers, and with the same content as another.
SELECT count(*) AS stored,
  (SELECT count(*) FROM (SELECT DISTINCT epoch, seq FROM events WHERE device = :device) AS numbers) AS distinct_seqs,
  count(*) - (SELECT count(*) FROM (
    SELECT DISTINCT camera, track, kind, coalesce(device_time, time) FROM events WHERE device = :device
  ) AS contents) AS duplicates
FROM events WHERE device = :device;

-- events_of --
-- How many events of a device are stored now.
SELECT count(*) FROM events WHERE device = :device;

-- gaps --
-- The gaps that devices declared.
SELECT device, epoch, first_seq, last_seq, noted_at FROM gaps ORDER BY id;

-- stored_events --
-- How many events of each device were stored, including deleted ones: from where its streams began, without the gaps,
-- and what is stored already above what is still missing. (total, where sum raises an error when it overflows.)
SELECT device, CAST(total(contiguous_seq - began_after_seq - (
  SELECT total(last_seq - first_seq + 1) FROM gaps
  WHERE gaps.device = streams.device AND gaps.epoch = streams.epoch AND last_seq <= contiguous_seq
) + (
  SELECT count(*) FROM events
  WHERE events.device = streams.device AND events.epoch = streams.epoch AND seq > contiguous_seq
)) AS INTEGER) AS events FROM streams GROUP BY device ORDER BY device;

-- dropped_events --
-- How many events each device dropped.
SELECT device, CAST(total(last_seq - first_seq + 1) AS INTEGER) AS events FROM gaps GROUP BY device ORDER BY device;
