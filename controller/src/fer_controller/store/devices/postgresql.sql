-- Devices and their labels in PostgreSQL.

-- tables_of_devices --
-- Devices, labels, and who was taken out.
CREATE TABLE devices (
  device TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  born TEXT NOT NULL,
  since TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  reason TEXT NOT NULL,
  reported TEXT NOT NULL,
  clock_offset_s double precision NOT NULL DEFAULT 0,
  blind TEXT NOT NULL DEFAULT '',
  connection bigint NOT NULL DEFAULT 0
);
CREATE TABLE labels (
  device TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  set_at TEXT NOT NULL,
  set_by TEXT NOT NULL,
  PRIMARY KEY (device, key)
);
CREATE TABLE revoked_devices (
  device TEXT PRIMARY KEY,
  revoked_at TEXT NOT NULL,
  revoked_by TEXT NOT NULL
);

-- lock_devices --
-- These devices, locked, and always in the same order.
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind, connection
FROM devices WHERE device = ANY(CAST(:devices AS text[])) ORDER BY device FOR UPDATE;

-- insert_device --
-- A device of which nothing is known yet, unless another process just heard of it.
INSERT INTO devices (device, state, run, born, since, last_seen, agent_version, reason, reported)
VALUES (:device, :state, :run, :born, :since, :last_seen, :agent_version, :reason, :reported)
ON CONFLICT (device) DO NOTHING;

-- upsert_device --
-- Insert or replace devices, unless another process has heard of a later connection of their runs.
INSERT INTO devices (device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind,
  connection)
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind, connection
FROM jsonb_populate_recordset(CAST(NULL AS devices), :rows)
ON CONFLICT (device) DO UPDATE SET
  state = excluded.state, run = excluded.run, born = excluded.born, since = excluded.since,
  last_seen = excluded.last_seen, agent_version = excluded.agent_version, reason = excluded.reason,
  reported = excluded.reported, clock_offset_s = excluded.clock_offset_s,
  blind = excluded.blind, connection = excluded.connection
WHERE excluded.run <> devices.run OR excluded.connection >= devices.connection;
