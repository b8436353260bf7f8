-- What no subject has: how its tables came to be, transactions, ids, partitions, and what an operator is given.

-- tables_of_the_schema --
-- Which migrations were applied, and who does alone what only one process may do.
CREATE TABLE migrations (
  name TEXT PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at timestamptz NOT NULL
);

-- terms_of_leases --
-- How often a lease went from one holder to another.
ALTER TABLE leases ADD COLUMN term bigint NOT NULL DEFAULT 0;

-- functions_of_ids --
-- Ids are taken when a row is stored, and seen when it is committed, so that a lower one may come after a higher one.
-- A writer first says from which id on it writes (a lock that ends with its transaction, in whose key the id is); what
-- lies below all such ids is settled. A reader must ask for that in a statement of its own, before it looks.
CREATE FUNCTION begin_ids(ids regclass, kind bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared((kind << 48) | coalesce(pg_sequence_last_value(ids), 0));
END $$;
CREATE FUNCTION settled_ids(ids regclass, kind bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  last_id bigint := coalesce(pg_sequence_last_value(ids), 0);
BEGIN
  RETURN least(last_id, (
    SELECT min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = kind
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ));
END $$;

-- alone --
-- Wait until no other transaction is under way that must be alone.
SELECT pg_advisory_xact_lock(4);

-- take_lease --
-- Take what nobody holds any more, which begins a new term; or hold it longer in this term, where that is not 0.
INSERT INTO leases (name, holder, term, expires_at)
VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :seconds))
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
  term = CASE WHEN :term = 0 THEN leases.term + 1 ELSE leases.term END
WHERE CASE WHEN :term = 0 THEN leases.holder = excluded.holder OR leases.expires_at < clock_timestamp()
  ELSE leases.holder = excluded.holder AND leases.term = :term END
RETURNING term;

-- hold_lease --
-- Whether this holder has it in this term; if so, nobody takes it before the transaction has ended.
SELECT term FROM leases WHERE name = :name AND holder = :holder AND term = :term FOR SHARE;

-- lease_holder --
-- Who holds it.
SELECT holder FROM leases WHERE name = :name;

-- give_lease_back --
-- Hold it no longer.
UPDATE leases SET expires_at = '-infinity' WHERE name = :name AND holder = :holder;

-- has_schema --
-- Whether there are our tables, any tables, and how texts are encoded.
SELECT to_regclass('migrations') IS NOT NULL AND to_regclass('streams') IS NOT NULL AS ours,
  EXISTS (SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace) AS used,
  getdatabaseencoding() AS encoding, current_schema() AS schema;

-- applied_migrations --
-- The migrations that were applied.
SELECT name FROM migrations;

-- note_migration --
-- Note that one was applied.
INSERT INTO migrations (name) VALUES (:name);

-- columns --
-- The columns of each table of ours.
SELECT c.relname AS name, a.attname AS column_name
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
  AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT IN ('migrations', 'leases', 'last_batches')
ORDER BY c.relname, a.attnum;

-- confine_looks --
-- For this transaction, each table is a view of what is in reach.
SELECT set_config('fer.given', :given, true), set_config('search_path', quote_ident(current_schema() || '_in_reach'), true);

-- confine_changes --
-- For this transaction, triggers refuse what is out of reach.
SELECT set_config('fer.given', :given, true), set_config('fer.confined', 'on', true);

-- partitions --
-- The partitions of a table, by their names.
SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = to_regclass(:table) ORDER BY child.relname;

-- begin_partitions --
-- Only one process makes partitions, or drops them.
SELECT pg_advisory_xact_lock(5);

-- view_of_events --
-- Each event; new columns come at the end. Compare arrived, a text, to read some days alone: each is a partition.
SELECT id AS event, device, camera, epoch, seq, CAST(time AS timestamptz) AS time,
  CAST(device_time AS timestamptz) AS device_time, CAST(received_at AS timestamptz) AS received_at,
  received_at AS arrived, track, kind, emotion, confidence, {probabilities},
  box_x AS box_x_px, box_y AS box_y_px, box_width AS box_width_px, box_height AS box_height_px, model,
  face_px, yaw_degrees, pitch_degrees, roll_degrees, uncertain = 1 AS uncertain
FROM {schema}.events;

-- view_of_hours --
-- The emotions of each hour, also of those whose events were deleted.
SELECT CAST(start AS timestamptz) AS hour, device, camera, emotion, events, faces,
  confidence_sum / nullif(events, 0) AS mean_confidence,
  CASE WHEN rated > 0 THEN uncertain END AS uncertain, rated
FROM {schema}.emotion_rollups WHERE per = 'hour';

-- view_of_devices --
-- Each device as it is now.
SELECT d.device, d.state, CAST(nullif(d.since, '') AS timestamptz) AS since,
  CAST(nullif(d.last_seen, '') AS timestamptz) AS last_seen, d.agent_version, d.reason, d.clock_offset_s,
  CAST(coalesce((SELECT json_object_agg(key, value) FROM {schema}.labels l WHERE l.device = d.device), '{{}}') AS jsonb)
    AS labels
FROM {schema}.devices d;

-- view_of_rollouts --
-- Each rollout as it is now.
SELECT r.id AS rollout, CAST(r.created_at AS timestamptz) AS created_at, r.created_by, r.model, r.task, r.state, r.reason,
  CAST(r.updated_at AS timestamptz) AS updated_at, CAST(nullif(r.ended_at, '') AS timestamptz) AS ended_at,
  (SELECT count(*) FROM {schema}.rollout_targets t WHERE t.rollout = r.id) AS devices
FROM {schema}.rollouts r;
