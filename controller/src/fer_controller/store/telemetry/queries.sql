-- Telemetry. {columns} and {parameters} are the metrics that are stored in columns of their own.

-- insert_telemetry --
-- Store one telemetry message, unless it is stored already.
INSERT INTO telemetry (device, run, time, model, provider, payload, received_at, {columns})
VALUES (:device, :run, :time, :model, :provider, :payload, :received_at, {parameters})
ON CONFLICT (device, time, run) DO NOTHING;

-- newest_telemetry --
-- The newest telemetry of all devices.
SELECT * FROM (
  SELECT id, device, time, received_at, payload FROM telemetry WHERE id <= :settled ORDER BY id DESC LIMIT :limit
) AS newest ORDER BY id;

-- newest_telemetry_of_device --
-- The newest telemetry of one device by its arrival, for which SQLite has an index.
SELECT * FROM (
  SELECT id, device, time, received_at, payload FROM telemetry INDEXED BY telemetry_by_arrival
  WHERE device = :device ORDER BY received_at DESC, id DESC LIMIT :limit
) AS newest ORDER BY id;

-- newest_telemetry_of_each --
-- The newest telemetry of each of the next devices by name.
SELECT telemetry.id, telemetry.device, telemetry.time, telemetry.received_at, telemetry.payload FROM devices
JOIN telemetry ON telemetry.id = (
  SELECT id FROM telemetry AS its INDEXED BY telemetry_by_arrival
  WHERE its.device = devices.device ORDER BY received_at DESC, id DESC LIMIT 1
)
WHERE devices.device > :after ORDER BY devices.device LIMIT :limit;

-- newest_figures --
-- The newest telemetry that arrived since a time, of each of these devices.
SELECT telemetry.device, telemetry.received_at, telemetry.fps, telemetry.temperature_c, telemetry.throttled,
  json_extract(telemetry.payload, '$.host.disk_free_mb') AS disk_free_mb, telemetry.pending_events
FROM json_each(:devices) AS wanted
JOIN telemetry ON telemetry.id = (
  SELECT id FROM telemetry AS its INDEXED BY telemetry_by_arrival
  WHERE its.device = wanted.value AND its.received_at >= :since ORDER BY received_at DESC, id DESC LIMIT 1
);

-- telemetry_stored_after --
-- The next telemetry in the order in which it was stored.
SELECT id, device, time, received_at, payload FROM telemetry
WHERE id > :after_id AND id <= :settled AND (CAST(:device AS TEXT) IS NULL OR device = :device) ORDER BY id LIMIT :limit;

-- settled_telemetry --
-- An id up to which no telemetry will be stored any more; asked for before what is stored up to it.
SELECT coalesce(max(id), 0) AS id FROM telemetry;
