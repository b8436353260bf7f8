-- Models that devices may fetch.

-- models --
-- All models in the order in which they were added.
SELECT name, version, manifest, added_at FROM models ORDER BY id;

-- model --
-- The model with this name and version, or the one with this name that was added last.
SELECT name, version, manifest, added_at FROM models
WHERE name = :name AND (CAST(:version AS TEXT) IS NULL OR version = :version) ORDER BY id DESC LIMIT 1;

-- model_of_file --
-- The model added last that has this file, and as which precision.
SELECT name, version, manifest, added_at, precision
FROM model_files JOIN models ON models.id = model_files.model_id
WHERE sha256 = :sha256 ORDER BY models.id DESC LIMIT 1;

-- files_of --
-- The files of a model.
SELECT sha256 FROM model_files JOIN models ON models.id = model_files.model_id
WHERE name = :name AND version = :version;

-- kept_files --
-- The files of all models.
SELECT DISTINCT sha256 FROM model_files;

-- insert_model --
-- Add a model.
INSERT INTO models (name, version, manifest, added_at) VALUES (:name, :version, :manifest, :added_at);

-- card --
-- What is written about a model for people.
SELECT card FROM models WHERE name = :name AND version = :version;

-- update_card --
-- Replace what is written about a model.
UPDATE models SET card = :card WHERE name = :name AND version = :version;

-- insert_model_file --
-- Add one file of a model.
INSERT INTO model_files (model_id, precision, sha256)
SELECT id, :precision, :sha256 FROM models WHERE name = :name AND version = :version;

-- update_manifest --
-- Replace a model's manifest, after it was signed again.
UPDATE models SET manifest = :manifest WHERE name = :name AND version = :version;

-- delete_model_files --
-- Delete the files of a model.
DELETE FROM model_files WHERE model_id = (SELECT id FROM models WHERE name = :name AND version = :version);

-- delete_model --
-- Delete a model.
DELETE FROM models WHERE name = :name AND version = :version;

-- users_of_file --
-- What still needs a file: devices that are to run it, and unfinished rollouts.
SELECT device AS "user" FROM desired_states WHERE payload LIKE '%' || :sha256 || '%' OR sha256 = :sha256
UNION
SELECT 'rollout ' || rollout FROM rollout_targets JOIN rollouts ON rollouts.id = rollout_targets.rollout
WHERE rollouts.ended_at = '' AND (artifacts LIKE '%' || :sha256 || '%' OR previous_sha256 = :sha256);
