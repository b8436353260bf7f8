-- Telemetry in PostgreSQL: each day's arrivals are a partition.

-- tables_of_telemetry --
-- Telemetry.
CREATE SEQUENCE telemetry_ids;
CREATE TABLE telemetry (
  id bigint NOT NULL DEFAULT nextval('telemetry_ids'),
  day TEXT NOT NULL,
  device TEXT NOT NULL,
  run TEXT NOT NULL,
  time TEXT NOT NULL,
  fps double precision,
  latency_p95_ms double precision,
  cpu_percent double precision,
  gpu_percent double precision,
  cpu_temperature_c double precision,
  memory_used_mb double precision,
  agent_memory_mb double precision,
  pending_events bigint NOT NULL,
  errors bigint NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  payload TEXT NOT NULL,
  received_at TEXT NOT NULL,
  temperature_c double precision,
  throttled bigint,
  faces_per_frame double precision,
  face_share double precision,
  UNIQUE (device, time, run, day)
) PARTITION BY RANGE (day);
CREATE INDEX telemetry_by_id ON telemetry (id);
CREATE INDEX telemetry_by_arrival ON telemetry (device, received_at, id);

-- functions_of_telemetry --
-- Up to which id no telemetry will be stored any more.
CREATE FUNCTION settled_telemetry() RETURNS bigint LANGUAGE sql SET search_path FROM CURRENT AS
  $$ SELECT settled_ids('telemetry_ids', 2) $$;

-- begin_telemetry --
-- Say that this transaction stores telemetry.
SELECT begin_ids('telemetry_ids', 2);

-- settled_telemetry --
-- An id up to which no telemetry will be stored any more.
SELECT settled_telemetry() AS id;

-- insert_telemetry --
-- Store telemetry messages, but for those that are stored already, be it on another day.
INSERT INTO telemetry (day, device, run, time, model, provider, payload, received_at, {columns})
SELECT substr(received_at, 1, 10), device, run, time, model, provider, payload, received_at, {columns}
FROM jsonb_populate_recordset(CAST(NULL AS telemetry), :rows) AS sent
WHERE NOT EXISTS (
  SELECT 1 FROM telemetry t WHERE t.device = sent.device AND t.time = sent.time AND t.run = sent.run
)
ON CONFLICT (device, time, run, day) DO NOTHING;

-- newest_telemetry_of_each --
-- The newest telemetry of each of the next devices by name.
SELECT its.id, its.device, its.time, its.received_at, its.payload FROM devices
JOIN LATERAL (
  SELECT id, device, time, received_at, payload FROM telemetry
  WHERE telemetry.device = devices.device ORDER BY received_at DESC, id DESC LIMIT 1
) its ON true
WHERE devices.device > :after ORDER BY devices.device LIMIT :limit;

-- newest_figures --
-- The newest telemetry that arrived since a time, of each of these devices; the day leaves out older partitions.
SELECT its.device, its.received_at, its.fps, its.temperature_c, its.throttled,
  CAST(CAST(its.payload AS json) -> 'host' ->> 'disk_free_mb' AS double precision) AS disk_free_mb, its.pending_events
FROM jsonb_array_elements_text(CAST(:devices AS jsonb)) AS wanted (device)
JOIN LATERAL (
  SELECT device, received_at, fps, temperature_c, throttled, pending_events, payload FROM telemetry
  WHERE telemetry.device = wanted.device AND received_at >= :since AND day >= substr(:since, 1, 10)
  ORDER BY received_at DESC, id DESC LIMIT 1
) its ON true;
