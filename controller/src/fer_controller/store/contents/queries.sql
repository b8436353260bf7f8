-- The rows of any table. {table}, {columns}, {key} and the like are names of what the database has, in quotes.

-- keyed_columns --
-- The columns of each table of ours, and their places in its primary key; 0 for none.
SELECT t.name AS name, c.name AS column_name, c.pk AS position
FROM main.sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_%' ESCAPE '\'
UNION ALL SELECT 'rollouts', 'rowid', 0
ORDER BY 1, 3, 2;

-- first_rows --
-- The first rows of a table by its key.
SELECT {columns} FROM {table} ORDER BY {key} LIMIT :limit;

-- following_rows --
-- The next rows after a key.
SELECT {columns} FROM {table} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT :limit;

-- rows_of_block --
-- The rows whose ids lie in a range.
SELECT {columns} FROM {table} WHERE id >= :first AND id < :after ORDER BY id;

-- blocks --
-- Of each block of ids up to one, how many there are and what they add up to.
SELECT id / {size} AS block, count(*) AS number, CAST(sum(id % {size}) AS BIGINT) AS ids
FROM {table} WHERE id <= :up_to GROUP BY 1 ORDER BY 1;

-- fill_table --
-- Add rows.
INSERT INTO {table} ({columns}) VALUES ({places});

-- delete_block --
-- Delete the rows whose ids lie in a range.
DELETE FROM {table} WHERE id >= :first AND id < :after;

-- delete_row --
-- Delete a row by its key.
DELETE FROM {table} WHERE {matches};

-- any_row --
-- A row, if there is one.
SELECT 1 AS found FROM {table} LIMIT 1;

-- cap_rolled_up --
-- Ids go on after the last row that is stored, so nothing above it is rolled up.
UPDATE rolled_up SET up_to_id = min(up_to_id, (SELECT coalesce(max(id), 0) FROM {table})) WHERE source = :source;

-- forget_all_hours --
-- Forget what the events of each hour are like, before it is said anew.
DELETE FROM event_hours;

-- derive_hours --
-- What the events of each hour are like, from the events themselves.
INSERT INTO event_hours (hour, camera, emotion, kind, first_track, last_track, largest_face_px, least_yaw_degrees)
SELECT substr(time, 1, 13), camera, emotion, kind, min(track), max(track), coalesce(max(face_px), -1),
  coalesce(min(abs(yaw_degrees)), 999)
FROM events GROUP BY 1, 2, 3, 4;

-- forget_all_best_faces --
-- Likewise which faces of each hour are large and turn little at once.
DELETE FROM best_faces;

-- derive_best_faces --
-- Those faces, from the events themselves.
INSERT INTO best_faces (hour, face_px, yaw_degrees)
SELECT hour, face_px, yaw_degrees FROM (
  SELECT *, min(yaw_degrees) OVER larger AS least_of_larger FROM (
    SELECT substr(time, 1, 13) AS hour, face_px, min(abs(yaw_degrees)) AS yaw_degrees FROM events
    WHERE face_px IS NOT NULL AND yaw_degrees IS NOT NULL GROUP BY 1, 2
  )
  WINDOW larger AS (PARTITION BY hour ORDER BY face_px DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) WHERE least_of_larger IS NULL OR yaw_degrees < least_of_larger;

-- others_connected --
-- How many others may write now; of a file its locks tell.
SELECT 0 AS number;
