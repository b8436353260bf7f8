-- Alerts, silences, and what was sent to whom.

-- open_alerts --
-- The alerts that are not over.
SELECT id, rule, subject, device, rollout, state, sentence, begun_at, changed_at, raised_at, over_at, returns,
  acknowledged_at, acknowledged_by
FROM alerts WHERE over_at = '' ORDER BY id;

-- newest_alerts --
-- The newest alerts in some states, the newest first.
SELECT id, rule, subject, device, rollout, state, sentence, begun_at, changed_at, raised_at, over_at, returns,
  acknowledged_at, acknowledged_by
FROM alerts WHERE raised_at <> '' AND (over_at = '' OR :over = 1) ORDER BY id DESC LIMIT :limit;

-- alert --
-- One alert.
SELECT id, rule, subject, device, rollout, state, sentence, begun_at, changed_at, raised_at, over_at, returns,
  acknowledged_at, acknowledged_by
FROM alerts WHERE id = :id;

-- last_returns --
-- How often what is over since then had come back before.
SELECT returns FROM alerts WHERE rule = :rule AND subject = :subject AND over_at >= :since ORDER BY id DESC LIMIT 1;

-- insert_alert --
-- Begin an alert and return its id.
INSERT INTO alerts (rule, subject, device, rollout, state, sentence, begun_at, changed_at, raised_at, over_at, returns,
  acknowledged_at, acknowledged_by)
VALUES (:rule, :subject, :device, :rollout, :state, :sentence, :begun_at, :changed_at, :raised_at, :over_at, :returns,
  :acknowledged_at, :acknowledged_by)
RETURNING id;

-- move_alert --
-- Bring an alert from one state into another; what operators write of it stays.
UPDATE alerts SET state = :state, sentence = :sentence, begun_at = :begun_at, changed_at = :changed_at,
  raised_at = :raised_at, over_at = :over_at, returns = :returns
WHERE id = :id AND state = :before;

-- drop_alert --
-- Forget what was never raised.
DELETE FROM alerts WHERE id = :id AND raised_at = '';

-- acknowledge_alert --
-- Note who looks after an alert; the first stays.
UPDATE alerts SET acknowledged_at = :at, acknowledged_by = :by WHERE id = :id AND acknowledged_at = '';

-- forget_alerts --
-- Delete what is over for long.
DELETE FROM alerts WHERE over_at <> '' AND over_at < :before;

-- alerts_by_state --
-- How many alerts that are not over each rule has, and how many of them somebody acknowledged.
SELECT rule, count(*) AS alerts, count(CASE WHEN acknowledged_at <> '' THEN 1 END) AS acknowledged
FROM alerts WHERE over_at = '' AND raised_at <> '' GROUP BY rule ORDER BY rule;

-- alerts_looked_at --
-- When the fleet was last looked at.
SELECT at FROM alert_looks WHERE name = :name;

-- note_look --
-- Note when the fleet was looked at.
INSERT INTO alert_looks (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = excluded.at;

-- silences --
-- The silences that hold then, the newest first.
SELECT id, rule, selector, reason, made_at, made_by, until_at FROM alert_silences WHERE until_at > :at ORDER BY id DESC;

-- insert_silence --
-- Add a silence and return its id.
INSERT INTO alert_silences (rule, selector, reason, made_at, made_by, until_at)
VALUES (:rule, :selector, :reason, :made_at, :made_by, :until_at) RETURNING id;

-- end_silence --
-- End a silence that holds.
UPDATE alert_silences SET until_at = :at WHERE id = :id AND until_at > :at;

-- forget_silences --
-- Delete what ended before.
DELETE FROM alert_silences WHERE until_at < :before;

-- insert_alert_test --
-- Ask for a test and return its id.
INSERT INTO alert_tests (asked_at, asked_by, begun_at) VALUES (:at, :by, '') RETURNING id;

-- open_alert_tests --
-- The tests that nobody has taken up yet.
SELECT id, asked_at, asked_by, begun_at FROM alert_tests WHERE begun_at = '' ORDER BY id;

-- alert_test --
-- One test.
SELECT id, asked_at, asked_by, begun_at FROM alert_tests WHERE id = :id;

-- begin_alert_test --
-- Take a test up.
UPDATE alert_tests SET begun_at = :at WHERE id = :id AND begun_at = '';

-- forget_alert_tests --
-- Delete what was asked for before.
DELETE FROM alert_tests WHERE asked_at < :before;

-- insert_delivery --
-- Add what a target is to be told.
INSERT INTO alert_deliveries (alert, test, target, document, state, attempts, made_at, due_at, done_at, outcome)
VALUES (:alert, :test, :target, :document, :state, :attempts, :made_at, :due_at, :done_at, :outcome);

-- move_delivery --
-- Bring a delivery from one state into another.
UPDATE alert_deliveries SET state = :state, attempts = :attempts, due_at = :due_at, done_at = :done_at,
  outcome = :outcome
WHERE id = :id AND state = :before;

-- open_deliveries --
-- What targets are still to be told, the oldest first.
SELECT id, alert, test, target, document, state, attempts, made_at, due_at, done_at, outcome
FROM alert_deliveries WHERE done_at = '' ORDER BY target, id;

-- deliveries_of_test --
-- What came of a test.
SELECT id, alert, test, target, document, state, attempts, made_at, due_at, done_at, outcome
FROM alert_deliveries WHERE test = :test AND test <> 0 ORDER BY target, id;

-- deliveries_by_state --
-- How many deliveries each target has in each state.
SELECT target, state, count(*) AS deliveries FROM alert_deliveries GROUP BY target, state ORDER BY target, state;

-- forget_deliveries --
-- Delete what was done before.
DELETE FROM alert_deliveries WHERE done_at <> '' AND done_at < :before;
