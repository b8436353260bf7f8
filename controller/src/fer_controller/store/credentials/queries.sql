-- Tokens.

-- insert_token --
-- Store the hash of a token.
INSERT INTO tokens (holder, role, sha256, made_at, expires_at, last_used_at, selector)
VALUES (:holder, :role, :sha256, :made_at, :expires_at, :last_used_at, :selector);

-- delete_token --
-- Revoke a token.
DELETE FROM tokens WHERE holder = :holder AND role = :role;

-- token --
-- The token with this hash.
SELECT holder, role, made_at, expires_at, last_used_at, selector FROM tokens WHERE sha256 = :sha256;

-- held_token --
-- The token that somebody holds with a role.
SELECT holder, role, made_at, expires_at, last_used_at, selector FROM tokens WHERE holder = :holder AND role = :role;

-- tokens_with_roles --
-- All tokens with these roles, by holder.
SELECT holder, role, made_at, expires_at, last_used_at, selector FROM tokens
WHERE role IN (SELECT value FROM json_each(:roles)) ORDER BY holder;

-- use_token --
-- Note when a token was last used, unless another has taken its place.
UPDATE tokens SET last_used_at = :at WHERE holder = :holder AND role = :role AND made_at = :made_at;
