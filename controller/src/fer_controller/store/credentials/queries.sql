-- The SQL of tokens.

-- insert_token --
-- Keep the hash of a token.
INSERT INTO tokens (holder, role, sha256, made_at) VALUES (:holder, :role, :sha256, :made_at);

-- delete_token --
-- Take a token away.
DELETE FROM tokens WHERE holder = :holder AND role = :role;

-- token --
-- Whose token has this hash.
SELECT holder, role, made_at FROM tokens WHERE sha256 = :sha256;

-- tokens_with_roles --
-- All tokens with these roles, by holder.
SELECT holder, role, made_at FROM tokens WHERE role IN (SELECT value FROM json_each(:roles)) ORDER BY holder;
