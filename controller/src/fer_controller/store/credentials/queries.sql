-- Tokens.

-- insert_token --
-- Store the hash of a token.
INSERT INTO tokens (holder, role, sha256, made_at) VALUES (:holder, :role, :sha256, :made_at);

-- delete_token --
-- Revoke a token.
DELETE FROM tokens WHERE holder = :holder AND role = :role;

-- token --
-- The token with this hash.
SELECT holder, role, made_at FROM tokens WHERE sha256 = :sha256;

-- tokens_with_roles --
-- All tokens with these roles, by holder.
SELECT holder, role, made_at FROM tokens WHERE role IN (SELECT value FROM json_each(:roles)) ORDER BY holder;
