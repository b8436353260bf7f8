-- newest_telemetry_of_each --
-- The newest telemetry of each device.
SELECT telemetry.id, telemetry.device, telemetry.time, telemetry.payload FROM devices
JOIN telemetry ON telemetry.id =
  (SELECT id FROM telemetry AS its WHERE its.device = devices.device ORDER BY time DESC LIMIT 1)
ORDER BY telemetry.device;

-- events_below_contiguous --
-- How many events of each device were stored without a hole below them, forgotten ones included.
SELECT device, sum(contiguous_seq - (
  SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM gaps
  WHERE gaps.device = streams.device AND gaps.epoch = streams.epoch AND last_seq <= contiguous_seq
)) FROM streams GROUP BY device ORDER BY device;

-- dropped_events --
-- How many events each device declared dropped.
SELECT device, sum(last_seq - first_seq + 1) FROM gaps GROUP BY device ORDER BY device;

-- rollouts_by_state --
-- How many rollouts are in each state.
SELECT state, count(*) FROM rollouts GROUP BY state ORDER BY state;
