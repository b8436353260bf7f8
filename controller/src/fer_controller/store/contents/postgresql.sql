-- The rows of any table in PostgreSQL.

-- keyed_columns --
-- The columns of each table of ours, and their places in its primary key; 0 for none.
SELECT c.relname AS name, a.attname AS column_name, coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS position
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 3, 2;

-- fill_table --
-- Add rows.
COPY {table} ({columns}) FROM STDIN;

-- sequences --
-- The sequences from which columns of our tables take their values.
SELECT c.relname AS name, a.attname AS column_name, s.oid::regclass::text AS sequence
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
  AND c.relnamespace = current_schema()::regnamespace
UNION
SELECT c.relname, a.attname, s.oid::regclass::text
FROM pg_depend d JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
JOIN pg_attrdef f ON f.oid = d.objid JOIN pg_class c ON c.oid = f.adrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.adnum
WHERE d.classid = 'pg_attrdef'::regclass AND c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
ORDER BY 1, 2;

-- lift_sequence --
-- Let a sequence go on above what is stored, and above what was rolled up and then deleted.
SELECT setval(CAST(:sequence AS regclass), greatest(stored.last_id, 1), stored.last_id > 0) AS id FROM (
  SELECT greatest((SELECT max({column}) FROM {table}), (SELECT max(up_to_id) FROM rolled_up WHERE source = :source), 0)
    AS last_id
) AS stored;

-- forget_all_runs --
-- Forget what is stored above the streams' first holes, before it is said anew.
DELETE FROM runs_ahead;

-- derive_runs --
-- What is stored above the streams' first holes, as runs of numbers, from the events themselves.
INSERT INTO runs_ahead (device, epoch, first_seq, last_seq)
SELECT device, epoch, min(seq), max(seq) FROM (
  SELECT e.device, e.epoch, e.seq, e.seq - row_number() OVER (PARTITION BY e.device, e.epoch ORDER BY e.seq) AS island
  FROM streams s JOIN events e ON e.device = s.device AND e.epoch = s.epoch AND e.seq > s.contiguous_seq
) AS ahead GROUP BY device, epoch, island;

-- late_events --
-- Events that came after their device had declared them dropped, and the gaps in which they are.
SELECT g.device, g.epoch, g.first_seq, g.last_seq, g.noted_at, e.seq
FROM gaps g JOIN events e ON e.device = g.device AND e.epoch = g.epoch AND e.seq BETWEEN g.first_seq AND g.last_seq
ORDER BY g.device, g.epoch, g.first_seq, e.seq;

-- others_connected --
-- How many others may write now: connections of our role.
SELECT count(*) AS number FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND backend_type = 'client backend';
