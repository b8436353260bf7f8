-- Devices and their labels.

-- upsert_device --
-- Insert or replace a device, unless another process has heard of a later connection of its run.
INSERT INTO devices (device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind,
  connection)
VALUES (:device, :state, :run, :born, :since, :last_seen, :agent_version, :reason, :reported, :clock_offset_s, :blind,
  :connection)
ON CONFLICT (device) DO UPDATE SET
  state = excluded.state, run = excluded.run, born = excluded.born, since = excluded.since,
  last_seen = excluded.last_seen, agent_version = excluded.agent_version, reason = excluded.reason,
  reported = excluded.reported, clock_offset_s = excluded.clock_offset_s,
  blind = excluded.blind, connection = excluded.connection
WHERE excluded.run <> devices.run OR excluded.connection >= devices.connection;

-- devices --
-- All devices by name.
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind, connection
FROM devices
ORDER BY device;

-- devices_after --
-- The next devices by name.
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind, connection
FROM devices WHERE device > :after ORDER BY device LIMIT :limit;

-- device --
-- One device.
SELECT device, state, run, born, since, last_seen, agent_version, reason, reported, clock_offset_s, blind, connection
FROM devices WHERE device = :device;

-- set_label --
-- Set a label of a device.
INSERT INTO labels (device, key, value, set_at, set_by) VALUES (:device, :key, :value, :set_at, :set_by)
ON CONFLICT (device, key) DO UPDATE SET value = excluded.value, set_at = excluded.set_at, set_by = excluded.set_by;

-- remove_label --
-- Remove a label from a device.
DELETE FROM labels WHERE device = :device AND key = :key;

-- labels --
-- All labels by device and key.
SELECT device, key, value FROM labels ORDER BY device, key;

-- forget --
-- Delete what is known of a device itself, from one of the tables that say it.
DELETE FROM {table} WHERE device = :device;

-- forget_some --
-- Delete some of the rows that a device sent.
DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE device = :device LIMIT :limit);

-- revoke_device --
-- Take a device out of the fleet, until it is enrolled again.
INSERT INTO revoked_devices (device, revoked_at, revoked_by) VALUES (:device, :at, :by) ON CONFLICT (device) DO NOTHING;

-- readmit_device --
-- Take a device in again.
DELETE FROM revoked_devices WHERE device = :device;

-- revoked_devices --
-- The devices that were taken out of the fleet, when and by whom.
SELECT device, revoked_at, revoked_by FROM revoked_devices;

-- revoked_device --
-- The device, if it was taken out of the fleet.
SELECT device FROM revoked_devices WHERE device = :device;

-- known_devices --
-- The name of every device that was ever heard of, enrolled or labelled.
SELECT device FROM devices UNION SELECT device FROM labels UNION SELECT device FROM streams
UNION SELECT holder FROM tokens WHERE role = 'device' UNION SELECT holder FROM certificates WHERE role = 'device'
ORDER BY device;

-- enrolled_devices --
-- The devices that have a token or a certificate that was not revoked.
SELECT holder AS device FROM tokens WHERE role = 'device'
UNION SELECT holder FROM certificates WHERE role = 'device' AND revoked_at = '';
