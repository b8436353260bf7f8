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
-- The newest audit entries that match between two ids, ascending by id. {where} is the condition of an AuditFilter.
SELECT * FROM (
  SELECT time, rollout, wave, device, actor, action, sentence, numbers, id, origin, hash
  FROM audit WHERE {where} AND id >= :first_id AND id <= :last_id ORDER BY id DESC LIMIT :limit
) AS newest ORDER BY id;

-- ids_of_audit --
-- The first and the last id of the audit entries of a time; an index answers it, and between them few are of another.
SELECT min(id) AS first_id, max(id) AS last_id FROM audit WHERE time >= :since AND time < :until;

-- audit_actors --
-- Who stands in the audit log, by name; looked up one by one, however many entries there are.
WITH RECURSIVE found (actor) AS (
  SELECT min(actor) FROM audit
  UNION ALL SELECT (SELECT min(actor) FROM audit WHERE actor > found.actor) FROM found WHERE found.actor IS NOT NULL
) SELECT actor AS name FROM found WHERE actor IS NOT NULL;

-- audit_actions --
-- What was done, by name; likewise.
WITH RECURSIVE found (action) AS (
  SELECT min(action) FROM audit
  UNION ALL SELECT (SELECT min(action) FROM audit WHERE action > found.action) FROM found WHERE found.action IS NOT NULL
) SELECT action AS name FROM found WHERE action IS NOT NULL;
