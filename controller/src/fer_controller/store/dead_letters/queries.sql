-- Dead letters and counters.

-- insert_dead_letter --
-- Store a message that could not be read.
INSERT INTO dead_letters (time, topic, reason, payload, size_bytes)
VALUES (:time, :topic, :reason, :payload, :size_bytes);

-- trim_dead_letters --
-- Delete the oldest dead letters beyond the cap.
DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - :most;

-- dead_letters --
-- The newest dead letters.
SELECT time, topic, reason, payload, size_bytes FROM (SELECT * FROM dead_letters ORDER BY id DESC LIMIT :limit) AS newest
ORDER BY id;

-- add_to_counter --
-- Increase a counter.
INSERT INTO counters (name, value) VALUES (:name, :more)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value;

-- counters --
-- All counters, which never start again.
SELECT name, value FROM counters ORDER BY name;
