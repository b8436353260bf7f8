-- Rollouts, desired states and orders.

-- rollouts --
-- The newest rollouts, the newest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at,
  task, digest, approvals_needed, approvals, wakes_at
FROM rollouts ORDER BY created_at DESC, rowid DESC LIMIT :limit;

-- rollouts_like --
-- The rollouts whose id starts like this.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at,
  task, digest, approvals_needed, approvals, wakes_at
FROM rollouts WHERE substr(id, 1, length(:begin)) = :begin ORDER BY created_at DESC, rowid DESC;

-- open_rollouts --
-- The rollouts that have not ended and do not wait for a later time, or have a waiting order or a straggling device;
-- oldest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at,
  task, digest, approvals_needed, approvals, wakes_at
FROM rollouts
WHERE (ended_at = '' AND (state <> :waiting OR wakes_at <= :now))
  OR id IN (SELECT rollout FROM rollout_orders WHERE done_at = '')
  OR id IN (
    SELECT t.rollout FROM rollout_targets t JOIN desired_states s ON s.device = t.device AND s.rollout = t.rollout
    WHERE t.state = :straggling)
ORDER BY created_at, rowid;

-- rollouts_under_way --
-- The rollouts that have not ended, the oldest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at,
  task, digest, approvals_needed, approvals, wakes_at
FROM rollouts WHERE ended_at = '' ORDER BY created_at, rowid;

-- upsert_rollout --
-- Insert or update a rollout.
INSERT INTO rollouts
  (id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at, task, digest,
   approvals_needed, approvals, wakes_at)
VALUES (:id, :created_at, :created_by, :model, :manifest_url, :request, :state, :reason, :updated_at, :ended_at, :task, :digest, :approvals_needed, :approvals, :wakes_at)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state, reason = excluded.reason, updated_at = excluded.updated_at, ended_at = excluded.ended_at,
  approvals_needed = excluded.approvals_needed, approvals = excluded.approvals,
  wakes_at = excluded.wakes_at;

-- waves --
-- The waves of a rollout.
SELECT rollout, number, state, reason, started_at, deadline_at, soaking_at, soak_until, judged_at, verdicts, ended_at
FROM rollout_waves WHERE rollout = :rollout ORDER BY number;

-- upsert_wave --
-- Insert or update a wave.
INSERT INTO rollout_waves
  (rollout, number, state, reason, started_at, deadline_at, soaking_at, soak_until, judged_at, verdicts, ended_at)
VALUES (:rollout, :number, :state, :reason, :started_at, :deadline_at, :soaking_at, :soak_until, :judged_at, :verdicts, :ended_at)
ON CONFLICT (rollout, number) DO UPDATE SET
  state = excluded.state, reason = excluded.reason, started_at = excluded.started_at,
  deadline_at = excluded.deadline_at, soaking_at = excluded.soaking_at, soak_until = excluded.soak_until,
  judged_at = excluded.judged_at, verdicts = excluded.verdicts, ended_at = excluded.ended_at;

-- targets --
-- The devices of a rollout in the order in which they are told.
SELECT rollout, device, wave, position, state, artifacts, why, attempt, failures, previous_model, previous_sha256,
  baseline, reason, retry_at, updated_at, settings, previous_settings
FROM rollout_targets WHERE rollout = :rollout ORDER BY wave, position;

-- rollouts_of_device --
-- The newest rollouts that a device was in, the newest first.
SELECT id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at,
  task
FROM rollouts WHERE id IN (SELECT rollout FROM rollout_targets WHERE device = :device)
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- targets_of_device --
-- A device in each rollout that it was in.
SELECT rollout, device, wave, position, state, artifacts, why, attempt, failures, previous_model, previous_sha256,
  baseline, reason, retry_at, updated_at, settings, previous_settings
FROM rollout_targets WHERE device = :device;

-- upsert_target --
-- Insert or update a device of a rollout.
INSERT INTO rollout_targets
  (rollout, device, wave, position, state, artifacts, why, attempt, failures, previous_model, previous_sha256,
   baseline, reason, retry_at, updated_at, settings, previous_settings)
VALUES (:rollout, :device, :wave, :position, :state, :artifacts, :why, :attempt, :failures, :previous_model, :previous_sha256, :baseline, :reason, :retry_at, :updated_at, :settings, :previous_settings)
ON CONFLICT (rollout, device) DO UPDATE SET
  state = excluded.state, attempt = excluded.attempt, failures = excluded.failures,
  previous_model = excluded.previous_model, previous_sha256 = excluded.previous_sha256, baseline = excluded.baseline,
  reason = excluded.reason, retry_at = excluded.retry_at, updated_at = excluded.updated_at,
  settings = excluded.settings, previous_settings = excluded.previous_settings;

-- heard --
-- The presence and the last report of the devices of a rollout.
SELECT d.device, d.state, d.reported
FROM rollout_targets t JOIN devices d ON d.device = t.device WHERE t.rollout = :rollout;

-- desired_of --
-- The newest desired states of a rollout's devices, whichever rollout wrote them.
SELECT s.device, s.rollout, s.attempt, s.sha256, s.sequence, s.payload, s.written_at, s.published, s.task
FROM rollout_targets t JOIN desired_states s ON s.device = t.device WHERE t.rollout = :rollout;

-- upsert_desired --
-- Insert or replace a device's desired state.
INSERT INTO desired_states (device, rollout, attempt, sha256, sequence, payload, written_at, published, task)
VALUES (:device, :rollout, :attempt, :sha256, :sequence, :payload, :written_at, :published, :task)
ON CONFLICT (device) DO UPDATE SET
  rollout = excluded.rollout, attempt = excluded.attempt, sha256 = excluded.sha256, sequence = excluded.sequence,
  payload = excluded.payload, written_at = excluded.written_at, published = excluded.published, task = excluded.task;

-- unpublished_desired --
-- Desired states not confirmed by the broker, oldest first.
SELECT device, rollout, attempt, sha256, sequence, payload, written_at, published, task
FROM desired_states WHERE published = 0 ORDER BY sequence LIMIT :limit;

-- publish_unfinished_again --
-- Publish again what unfinished rollouts and straggling devices desire, because the broker may have lost it.
UPDATE desired_states SET published = 0
WHERE published = 1 AND (
  rollout IN (SELECT id FROM rollouts WHERE ended_at = '')
  OR (rollout, device) IN (SELECT rollout, device FROM rollout_targets WHERE state = :straggling)
);

-- publish_again --
-- Publish a device's desired state again, if its rollout has not ended.
UPDATE desired_states SET published = 0
WHERE device = :device AND published = 1 AND rollout IN (SELECT id FROM rollouts WHERE ended_at = '');

-- mark_published --
-- Note that the broker confirmed a desired state, and how it was signed, unless a newer one was written.
UPDATE desired_states SET published = 1, signed_by = :signed_by, signed_until = :signed_until
WHERE device = :device AND sequence = :sequence;

-- due_for_renewal --
-- How many desired states another key has signed than the one that signs now, or soon expire.
SELECT count(*) FROM desired_states
WHERE published = 1 AND rollout <> '' AND (signed_by <> :signed_by OR signed_until < :before);

-- renew --
-- Publish again what another key has signed than the one that signs now, or what soon expires.
UPDATE desired_states SET published = 0
WHERE published = 1 AND rollout <> '' AND (signed_by <> :signed_by OR signed_until < :before);

-- reported_by --
-- What a device reported last.
SELECT reported FROM devices WHERE device = :device;

-- delete_forgotten --
-- Delete the confirmed empty desired state of a forgotten device.
DELETE FROM desired_states WHERE device = :device AND published = 1 AND rollout = '';

-- is_known --
-- Whether a device was heard of.
SELECT count(*) FROM devices WHERE device = :device;

-- desired_of_devices --
-- The newest desired states of these devices.
SELECT device, rollout, attempt, sha256, sequence, payload, written_at, published, task
FROM desired_states WHERE device IN (SELECT value FROM json_each(:devices));

-- assigned_files --
-- The files that a device is told to run: that of its newest desired state, and those that it may choose instead.
SELECT sha256 FROM desired_states WHERE device = :device AND sha256 <> ''
UNION
SELECT json_extract(file.value, '$.sha256') AS sha256
FROM desired_states s JOIN rollout_targets t ON t.rollout = s.rollout AND t.device = s.device, json_each(t.artifacts) file
WHERE s.device = :device AND s.sha256 <> '' AND instr(t.artifacts, s.sha256);

-- insert_order --
-- Add an order and return its id.
INSERT INTO rollout_orders (rollout, action, actor, given_at, done_at, outcome, digest, reason)
VALUES (:rollout, :action, :actor, :given_at, '', '', :digest, :reason) RETURNING id;

-- open_orders --
-- Waiting orders, in the order in which they were given.
SELECT id, rollout, action, actor, given_at, done_at, outcome, digest, reason FROM rollout_orders WHERE done_at = '' ORDER BY id;

-- order_outcome --
-- An order with its outcome.
SELECT id, rollout, action, actor, given_at, done_at, outcome, digest, reason FROM rollout_orders WHERE id = :id;

-- close_order --
-- Note the outcome of an order.
UPDATE rollout_orders SET done_at = :done_at, outcome = :outcome WHERE id = :id;

-- failures --
-- Devices with failures in a row.
SELECT device, failures, quarantined_at, reason FROM device_failures ORDER BY device;

-- upsert_failures --
-- Insert or replace a device's failures in a row.
INSERT INTO device_failures (device, failures, quarantined_at, reason) VALUES (:device, :failures, :quarantined_at, :reason)
ON CONFLICT (device) DO UPDATE SET
  failures = excluded.failures, quarantined_at = excluded.quarantined_at, reason = excluded.reason;

-- last_moves --
-- When a finished update last changed the model of devices, before a moment if one is given.
SELECT device, max(updated_at) AS moved_at FROM rollout_targets
WHERE device IN (SELECT value FROM json_each(:devices)) AND state IN (SELECT value FROM json_each(:states))
  AND (:before = '' OR updated_at < :before)
GROUP BY device;

-- busy_devices --
-- The devices in certain states of unfinished rollouts, with the rollout and its task.
SELECT t.device, t.rollout, r.task FROM rollout_targets t JOIN rollouts r ON r.id = t.rollout
WHERE r.ended_at = '' AND t.state IN (SELECT value FROM json_each(:states)) ORDER BY r.created_at, r.rowid;

-- wave_states --
-- How many devices of each wave of a rollout are in which state.
SELECT wave, state, count(*) AS devices FROM rollout_targets WHERE rollout = :rollout GROUP BY wave, state ORDER BY wave, state;

-- unpublished_of --
-- How many desired states of a rollout are not confirmed by the broker.
SELECT count(*) FROM desired_states WHERE rollout = :rollout AND published = 0;

-- rollouts_by_state --
-- How many rollouts are in each state.
SELECT state, count(*) AS rollouts FROM rollouts GROUP BY state ORDER BY state;
