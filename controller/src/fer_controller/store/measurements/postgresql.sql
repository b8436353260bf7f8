-- What devices measured in windows of the controller's time, in PostgreSQL.

-- telemetry_minutes --
-- Each device's telemetry in its windows, minute by minute, by the controller's clock.
WITH windows AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(CAST(:windows AS jsonb)) AS w (device text, since text, until text)
), messages AS (
  SELECT t.device, w.since, CAST(trunc(
    extract(epoch FROM CAST(t.received_at AS timestamptz) - CAST(w.since AS timestamptz)) / :minute_s
  ) AS bigint) AS minute, {of_messages}
  FROM windows w JOIN telemetry t
    ON t.device = w.device AND t.received_at >= w.since AND t.received_at < w.until
    AND t.day >= substr(w.since, 1, 10) AND t.day <= substr(w.until, 1, 10)
)
SELECT device, count(*) AS samples, {of_minutes}
FROM messages GROUP BY device, since, minute ORDER BY device, since, minute;

-- track_emotions --
-- The emotions of each face in its device's windows, by the controller's clock.
WITH windows AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(CAST(:windows AS jsonb)) AS w (device text, since text, until text)
)
SELECT e.device, e.epoch, e.camera, e.track, e.model, e.emotion, count(*) AS events, sum(e.confidence) AS confidence
FROM windows w JOIN events e ON e.device = w.device AND e.received_at >= w.since AND e.received_at < w.until
WHERE e.kind <> :ended
GROUP BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion
ORDER BY e.device, e.epoch, e.camera, e.track, e.model, e.emotion;
