-- The audit log in PostgreSQL.

-- tables_of_audit --
-- The audit log.
CREATE TABLE audit (
  id bigint PRIMARY KEY,
  time TEXT NOT NULL,
  rollout TEXT NOT NULL,
  wave bigint NOT NULL,
  device TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  sentence TEXT NOT NULL,
  numbers TEXT NOT NULL,
  origin TEXT NOT NULL DEFAULT '',
  hash TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_by_rollout ON audit (rollout, id);

-- insert_audit --
-- Add audit entries.
INSERT INTO audit (id, time, rollout, wave, device, actor, action, sentence, numbers, origin, hash)
SELECT id, time, rollout, wave, device, actor, action, sentence, numbers, origin, hash
FROM jsonb_populate_recordset(CAST(NULL AS audit), :rows);
