-- The audit log.

-- insert_audit --
-- Add an audit entry.
INSERT INTO audit (id, time, rollout, wave, device, actor, action, sentence, numbers, origin, hash)
VALUES (:id, :time, :rollout, :wave, :device, :actor, :action, :sentence, :numbers, :origin, :hash);

-- audit_of --
-- Audit entries after an id, of one rollout, or of all when it is empty.
SELECT time, rollout, wave, device, actor, action, sentence, numbers, id, origin, hash
FROM audit WHERE (:rollout = '' OR rollout = :rollout) AND id > :after_id ORDER BY id LIMIT :limit;

-- newest_audit --
-- The newest audit entries, ascending by id.
SELECT * FROM (
  SELECT time, rollout, wave, device, actor, action, sentence, numbers, id, origin, hash
  FROM audit ORDER BY id DESC LIMIT :limit
) AS newest ORDER BY id;

-- audit_where --
-- The newest audit entries that match, ascending by id. {where} is the condition of an AuditFilter.
SELECT * FROM (
  SELECT time, rollout, wave, device, actor, action, sentence, numbers, id, origin, hash
  FROM audit WHERE {where} ORDER BY id DESC LIMIT :limit
) AS newest ORDER BY id;
