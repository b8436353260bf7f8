-- Commands to devices.

-- insert_command --
-- Note that something is asked of a device.
INSERT INTO commands (id, device, kind, state, asked_at, asked_by, expires_at, sent_at, settled_at, run, reason,
  diagnosis, noted)
VALUES (:id, :device, :kind, :state, :asked_at, :asked_by, :expires_at, :sent_at, :settled_at, :run, :reason,
  :diagnosis, :noted);

-- command --
-- A command with all that was replied.
SELECT id, device, kind, state, asked_at, asked_by, expires_at, sent_at, settled_at, run, reason, diagnosis, noted
FROM commands WHERE id = :id;

-- newest_commands --
-- The newest commands to one device, or to all when it is empty, the newest first; without what was found.
SELECT id, device, kind, state, asked_at, asked_by, expires_at, sent_at, settled_at, run, reason, '' AS diagnosis, noted
FROM commands WHERE (:device = '' OR device = :device) ORDER BY asked_at DESC, id LIMIT :limit;

-- commands_to_attend --
-- Commands that are open, or whose end the audit log does not have; without what was found.
SELECT id, device, kind, state, asked_at, asked_by, expires_at, sent_at, settled_at, run, reason, '' AS diagnosis, noted
FROM commands WHERE noted = 0 ORDER BY asked_at LIMIT :limit;

-- open_commands_of --
-- How many commands a device may still begin.
SELECT count(*) AS number FROM commands WHERE device = :device AND state IN ('asked', 'sent');

-- move_command --
-- A command goes on to another state, if it is still in the one that is named.
UPDATE commands SET state = :after, sent_at = :sent_at, settled_at = :settled_at, run = :run, reason = :reason,
  diagnosis = :diagnosis, noted = 0
WHERE id = :id AND state = :before;

-- note_command --
-- The audit log has what became of a command.
UPDATE commands SET noted = 1 WHERE id = :id AND state = :state AND noted = 0;

-- trim_commands_of --
-- Delete the oldest commands of a device beyond so many.
DELETE FROM commands WHERE device = :device AND noted = 1 AND id NOT IN (
  SELECT id FROM commands WHERE device = :device ORDER BY asked_at DESC, id LIMIT :most
);

-- forget_commands_before --
-- Delete some commands that were asked for before a time.
DELETE FROM commands WHERE id IN (SELECT id FROM commands WHERE asked_at < :before ORDER BY asked_at LIMIT :limit);

-- trim_commands --
-- Delete some of the oldest commands of all devices beyond so many.
DELETE FROM commands WHERE id IN (
  SELECT id FROM (SELECT id, asked_at FROM commands ORDER BY asked_at DESC, id LIMIT :limit OFFSET :most) AS oldest
);
