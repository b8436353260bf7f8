-- What devices measured in windows of the controller's time. The parts in braces come from the metrics.

-- telemetry_minutes --
-- Each device's telemetry in its windows, minute by minute, by the controller's clock.
WITH windows AS MATERIALIZED (
  SELECT json_extract(value, '$.device') AS device, json_extract(value, '$.since') AS since,
    json_extract(value, '$.until') AS until
  FROM json_each(:windows)
), messages AS (
  SELECT t.device, w.since, CAST((julianday(t.received_at) - julianday(w.since)) * 86400 / :minute_s AS INTEGER) AS minute,
    {of_messages}
  FROM windows w CROSS JOIN telemetry t INDEXED BY telemetry_by_arrival
    ON t.device = w.device AND t.received_at >= w.since AND t.received_at < w.until
)
SELECT device, count(*) AS samples, {of_minutes}
FROM messages GROUP BY device, since, minute ORDER BY device, since, minute;

-- track_emotions --
-- The emotions of each face in its device's windows, by the controller's clock; a window's events lie among its ids.
WITH windows AS MATERIALIZED (
  SELECT json_extract(value, '$.device') AS device, json_extract(value, '$.since') AS since,
    json_extract(value, '$.until') AS until, json_extract(value, '$.from_id') AS from_id,
    json_extract(value, '$.before_id') AS before_id
  FROM json_each(:windows)
)
SELECT e.device, e.epoch, e.camera, e.track, e.model, e.emotion, count(*) AS events, sum(e.confidence) AS confidence
FROM windows w CROSS JOIN events e INDEXED BY events_by_device
  ON e.device = w.device AND e.id >= w.from_id AND e.id < w.before_id
WHERE e.received_at >= w.since AND e.received_at < w.until AND e.kind <> :ended
GROUP BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion
ORDER BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion;
