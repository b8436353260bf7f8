-- The SQL of the model registry and of the tokens.

-- models --
-- All models in the order in which they were added.
SELECT name, version, manifest, added_at FROM models ORDER BY id;

-- model --
-- The model of a name and a version, or the one of that name that was added last.
SELECT name, version, manifest, added_at FROM models
WHERE name = :name AND (:version IS NULL OR version = :version) ORDER BY id DESC LIMIT 1;

-- model_of_file --
-- The model added last that has this file, and as which precision.
SELECT name, version, manifest, added_at, precision
FROM model_files JOIN models ON models.id = model_files.model_id
WHERE sha256 = ? ORDER BY models.id DESC LIMIT 1;

-- kept_files --
-- The files of all models.
SELECT DISTINCT sha256 FROM model_files;

-- insert_model --
-- Add a model.
INSERT INTO models (name, version, manifest, added_at) VALUES (?, ?, ?, ?);

-- insert_model_file --
-- Name one file of a model.
INSERT INTO model_files (model_id, precision, sha256)
SELECT id, ?, ? FROM models WHERE name = ? AND version = ?;

-- update_manifest --
-- Keep a model's manifest with another signature.
UPDATE models SET manifest = ? WHERE name = ? AND version = ?;

-- delete_model_files --
-- Forget the files of a model.
DELETE FROM model_files WHERE model_id = (SELECT id FROM models WHERE name = ? AND version = ?);

-- delete_model --
-- Forget a model.
DELETE FROM models WHERE name = ? AND version = ?;

-- upsert_token --
-- Give a device a token, instead of the one that it had.
INSERT INTO tokens (device, sha256, made_at) VALUES (?, ?, ?)
ON CONFLICT (device) DO UPDATE SET sha256 = excluded.sha256, made_at = excluded.made_at;

-- delete_token --
-- Take a device's token away.
DELETE FROM tokens WHERE device = ?;

-- token --
-- The device that has this token, and the token's hash.
SELECT device, sha256 FROM tokens WHERE sha256 = ?;

-- has_registry --
-- Whether the database is new enough to have models.
SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'models';

-- users_of_file --
-- Who needs a file still: devices that shall run it, and rollouts that have not ended.
SELECT device FROM desired_states WHERE instr(payload, :sha256) OR sha256 = :sha256
UNION
SELECT 'rollout ' || rollout FROM rollout_targets JOIN rollouts ON rollouts.id = rollout_targets.rollout
WHERE rollouts.ended_at = '' AND (instr(artifacts, :sha256) OR previous_sha256 = :sha256);
