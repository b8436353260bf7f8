-- The SQL of rollouts, labels and the audit log.

-- set_label --
-- Give a device a label, or the label another value.
INSERT INTO labels (device, key, value, set_at, set_by) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device, key) DO UPDATE SET value = excluded.value, set_at = excluded.set_at, set_by = excluded.set_by;

-- remove_label --
-- Take a label off a device.
DELETE FROM labels WHERE device = ? AND key = ?;

-- labels --
-- All labels by device and key.
SELECT device, key, value FROM labels ORDER BY device, key;

-- rollouts --
-- The newest rollouts, the newest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at
FROM rollouts ORDER BY created_at DESC, rowid DESC LIMIT ?;

-- rollouts_like --
-- The rollouts whose id begins so.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at
FROM rollouts WHERE substr(id, 1, length(:begin)) = :begin ORDER BY created_at DESC, rowid DESC;

-- open_rollouts --
-- The rollouts that have not ended, and those that an order or a straggler waits for, oldest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at
FROM rollouts
WHERE ended_at = ''
  OR id IN (SELECT rollout FROM rollout_orders WHERE done_at = '')
  OR id IN (
    SELECT t.rollout FROM rollout_targets t JOIN desired_states s ON s.device = t.device AND s.rollout = t.rollout
    WHERE t.state = :straggling)
ORDER BY created_at, rowid;

-- upsert_rollout --
-- Write a rollout.
INSERT INTO rollouts (id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state, reason = excluded.reason, updated_at = excluded.updated_at, ended_at = excluded.ended_at;

-- waves --
-- The waves of a rollout.
SELECT rollout, number, state, reason, started_at, deadline_at, soaking_at, soak_until, judged_at, verdicts, ended_at
FROM rollout_waves WHERE rollout = ? ORDER BY number;

-- upsert_wave --
-- Write a wave.
INSERT INTO rollout_waves
  (rollout, number, state, reason, started_at, deadline_at, soaking_at, soak_until, judged_at, verdicts, ended_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (rollout, number) DO UPDATE SET
  state = excluded.state, reason = excluded.reason, started_at = excluded.started_at,
  deadline_at = excluded.deadline_at, soaking_at = excluded.soaking_at, soak_until = excluded.soak_until,
  judged_at = excluded.judged_at, verdicts = excluded.verdicts, ended_at = excluded.ended_at;

-- targets --
-- The devices of a rollout in the order in which they are told.
SELECT rollout, device, wave, position, state, artifacts, why, attempt, failures, previous_model, previous_sha256,
  baseline, reason, retry_at, updated_at
FROM rollout_targets WHERE rollout = ? ORDER BY wave, position;

-- upsert_target --
-- Write a device of a rollout.
INSERT INTO rollout_targets
  (rollout, device, wave, position, state, artifacts, why, attempt, failures, previous_model, previous_sha256,
   baseline, reason, retry_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (rollout, device) DO UPDATE SET
  state = excluded.state, attempt = excluded.attempt, failures = excluded.failures,
  previous_model = excluded.previous_model, previous_sha256 = excluded.previous_sha256, baseline = excluded.baseline,
  reason = excluded.reason, retry_at = excluded.retry_at, updated_at = excluded.updated_at;

-- heard --
-- The presence and the last report of the devices of a rollout.
SELECT d.device, d.state, d.reported
FROM rollout_targets t JOIN devices d ON d.device = t.device WHERE t.rollout = ?;

-- desired_of --
-- The newest desired states of a rollout's devices, whichever rollout wrote them.
SELECT s.device, s.rollout, s.attempt, s.sha256, s.sequence, s.payload, s.written_at, s.published
FROM rollout_targets t JOIN desired_states s ON s.device = t.device WHERE t.rollout = ?;

-- upsert_desired --
-- Write a device's desired state.
INSERT INTO desired_states (device, rollout, attempt, sha256, sequence, payload, written_at, published)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (device) DO UPDATE SET
  rollout = excluded.rollout, attempt = excluded.attempt, sha256 = excluded.sha256, sequence = excluded.sequence,
  payload = excluded.payload, written_at = excluded.written_at, published = excluded.published;

-- unpublished_desired --
-- Desired states that the broker has not confirmed, oldest first.
SELECT device, rollout, attempt, sha256, sequence, payload, written_at, published
FROM desired_states WHERE published = 0 ORDER BY sequence LIMIT ?;

-- publish_unfinished_again --
-- The broker may have forgotten what unfinished rollouts desire, and what stragglers have yet to read.
UPDATE desired_states SET published = 0
WHERE published = 1 AND (
  rollout IN (SELECT id FROM rollouts WHERE ended_at = '')
  OR (rollout, device) IN (SELECT rollout, device FROM rollout_targets WHERE state = ?)
);

-- publish_again --
-- The broker holds something else than this desired state of an unfinished rollout.
UPDATE desired_states SET published = 0
WHERE device = ? AND published = 1 AND rollout IN (SELECT id FROM rollouts WHERE ended_at = '');

-- mark_published --
-- The broker confirmed it, and nothing newer was written meanwhile.
UPDATE desired_states SET published = 1 WHERE device = ? AND sequence = ?;

-- desired_of_device --
-- The newest desired state of one device.
SELECT device, rollout, attempt, sha256, sequence, payload, written_at, published
FROM desired_states WHERE device = ?;

-- insert_order --
-- Give an order.
INSERT INTO rollout_orders (rollout, action, actor, given_at, done_at, outcome) VALUES (?, ?, ?, ?, '', '');

-- open_orders --
-- Orders that were not taken up yet, in the order in which they were given.
SELECT id, rollout, action, actor, given_at, done_at, outcome FROM rollout_orders WHERE done_at = '' ORDER BY id;

-- order_outcome --
-- What became of an order.
SELECT id, rollout, action, actor, given_at, done_at, outcome FROM rollout_orders WHERE id = ?;

-- close_order --
-- An order was taken up.
UPDATE rollout_orders SET done_at = ?, outcome = ? WHERE id = ?;

-- failures --
-- Devices with failures in a row.
SELECT device, failures, quarantined_at, reason FROM device_failures ORDER BY device;

-- upsert_failures --
-- Write how often a device failed in a row.
INSERT INTO device_failures (device, failures, quarantined_at, reason) VALUES (?, ?, ?, ?)
ON CONFLICT (device) DO UPDATE SET
  failures = excluded.failures, quarantined_at = excluded.quarantined_at, reason = excluded.reason;

-- insert_audit --
-- Note a decision.
INSERT INTO audit (time, rollout, wave, device, actor, action, sentence, numbers) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- audit_of --
-- The decisions of a rollout, or of all with an empty one, after an id.
SELECT time, rollout, wave, device, actor, action, sentence, numbers, id
FROM audit WHERE (:rollout = '' OR rollout = :rollout) AND id > :after_id ORDER BY id LIMIT :limit;

-- last_moves --
-- When a finished update last changed the model of devices.
SELECT device, max(updated_at) FROM rollout_targets
WHERE device IN (SELECT value FROM json_each(:devices)) AND state IN (SELECT value FROM json_each(:states))
GROUP BY device;

-- telemetry_sums --
-- Each device's telemetry in its window, by the controller's clock; runs apart, for a counter begins anew with each.
WITH windows AS MATERIALIZED (
  SELECT json_extract(value, '$[0]') AS device, json_extract(value, '$[1]') AS since, json_extract(value, '$[2]') AS until FROM json_each(:windows)
), runs AS (
  SELECT t.device, count(*) AS samples, sum(t.fps) AS fps, count(t.fps) AS fps_samples,
    sum(t.latency_p95_ms) AS latency, count(t.latency_p95_ms) AS latency_samples,
    sum(t.temperature_c) AS temperature, count(t.temperature_c) AS temperature_samples,
    sum(t.throttled) AS throttled, count(t.throttled) AS throttled_samples,
    sum(t.agent_memory_mb) AS memory, count(t.agent_memory_mb) AS memory_samples,
    count(nullif(t.provider, '')) AS provider_samples, sum(t.provider = :cpu) AS on_cpu,
    max(t.errors) - min(t.errors) AS errors
  FROM windows w CROSS JOIN telemetry t INDEXED BY telemetry_by_arrival
    ON t.device = w.device AND t.received_at >= w.since AND t.received_at < w.until
  GROUP BY t.device, t.run
)
SELECT device, sum(samples), sum(fps) / sum(fps_samples), sum(latency) / sum(latency_samples),
  sum(temperature) / sum(temperature_samples), 1.0 * sum(throttled) / sum(throttled_samples),
  sum(memory) / sum(memory_samples), 1.0 * sum(on_cpu) / sum(provider_samples), sum(errors), count(*) - 1
FROM runs GROUP BY device;

-- event_arrival --
-- When the first event at or above an id was stored.
SELECT id, received_at FROM events WHERE id >= ? ORDER BY id LIMIT 1;

-- make_windows --
-- A table of this connection alone, so that each event finds its device's window by key.
CREATE TEMP TABLE IF NOT EXISTS windows (device TEXT PRIMARY KEY, since TEXT, until TEXT) WITHOUT ROWID;

-- clear_windows --
-- Forget the windows of the last question.
DELETE FROM temp.windows;

-- insert_window --
-- The window of a device.
INSERT INTO temp.windows (device, since, until) VALUES (?, ?, ?);

-- emotion_sums --
-- Each device's emotions in its window, by the controller's clock; ids grow with it, so that only a range is read.
SELECT e.device, e.emotion, count(*), sum(e.confidence)
FROM events e NOT INDEXED CROSS JOIN temp.windows w
  ON w.device = e.device AND e.received_at >= w.since AND e.received_at < w.until
WHERE e.id >= :first_id AND e.kind <> :ended
GROUP BY e.device, e.emotion;

-- busy_devices --
-- The devices that an unfinished rollout has yet to bring to an end, and that rollout.
SELECT t.device, t.rollout FROM rollout_targets t JOIN rollouts r ON r.id = t.rollout
WHERE r.ended_at = '' AND t.state IN (SELECT value FROM json_each(?)) ORDER BY r.created_at, r.rowid;

-- wave_states --
-- How many devices of each wave of a rollout are in which state.
SELECT wave, state, count(*) FROM rollout_targets WHERE rollout = ? GROUP BY wave, state ORDER BY wave, state;

-- unpublished_of --
-- How many desired states of a rollout the broker has not confirmed.
SELECT count(*) FROM desired_states WHERE rollout = ? AND published = 0;
