-- What devices measured in windows of the controller's time. The parts in braces come from the metrics.

-- telemetry_minutes --
-- Each device's telemetry in its window, minute by minute, by the controller's clock.
WITH windows AS MATERIALIZED (
  SELECT json_extract(value, '$.device') AS device, json_extract(value, '$.since') AS since,
    json_extract(value, '$.until') AS until
  FROM json_each(:windows)
), messages AS (
  SELECT t.device, CAST((julianday(t.received_at) - julianday(w.since)) * 86400 / :minute_s AS INTEGER) AS minute,
    {of_messages}
  FROM windows w CROSS JOIN telemetry t INDEXED BY telemetry_by_arrival
    ON t.device = w.device AND t.received_at >= w.since AND t.received_at < w.until
)
SELECT device, count(*) AS samples, {of_minutes}
FROM messages GROUP BY device, minute ORDER BY device, minute;

-- event_arrival --
-- When the first event at or above an id was stored.
SELECT id, received_at FROM events WHERE id >= :id ORDER BY id LIMIT 1;

-- make_windows --
-- A temporary table in which each event finds its device's window by key.
CREATE TEMP TABLE IF NOT EXISTS windows (device TEXT PRIMARY KEY, since TEXT, until TEXT) WITHOUT ROWID;

-- clear_windows --
-- Delete the windows of the previous query.
DELETE FROM temp.windows;

-- insert_window --
-- Add the window of a device.
INSERT INTO temp.windows (device, since, until) VALUES (:device, :since, :until);

-- track_emotions --
-- The emotions of each face in its device's window, by the controller's clock; ids grow with time, so only a range is
-- read.
SELECT e.device, e.epoch, e.camera, e.track, e.model, e.emotion, count(*) AS events, sum(e.confidence) AS confidence
FROM events e NOT INDEXED CROSS JOIN temp.windows w
  ON w.device = e.device AND e.received_at >= w.since AND e.received_at < w.until
WHERE e.id >= :first_id AND e.kind <> :ended
GROUP BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion
ORDER BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion;
