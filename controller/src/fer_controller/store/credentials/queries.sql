-- Tokens, and the sessions that were begun with them.

-- insert_token --
-- Store the hash of a token.
INSERT INTO tokens (holder, role, sha256, made_at, expires_at, last_used_at, selector)
VALUES (:holder, :role, :sha256, :made_at, :expires_at, :last_used_at, :selector);

-- delete_token --
-- Revoke a token.
DELETE FROM tokens WHERE holder = :holder AND role = :role;

-- change_token --
-- Give whoever holds a token another role, other devices, or another end; the token stays.
UPDATE tokens SET role = :role, selector = :selector, expires_at = :expires_at WHERE holder = :holder AND role = :had;

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

-- tokens_of_devices --
-- The tokens of these devices.
SELECT holder, role, made_at, expires_at, last_used_at, selector FROM tokens
WHERE role = :role AND holder IN (SELECT value FROM json_each(:holders));

-- use_token --
-- Note when a token was last used, unless another has taken its place.
UPDATE tokens SET last_used_at = :at WHERE holder = :holder AND role = :role AND made_at = :made_at;

-- insert_session --
-- Store the hash of a session, and of the token with which it was begun.
INSERT INTO sessions (sha256, token_sha256, made_at, expires_at) VALUES (:sha256, :token_sha256, :made_at, :expires_at);

-- token_of_session --
-- The token with which this session was begun, if both hold at a time.
SELECT tokens.holder, tokens.role, tokens.made_at, tokens.expires_at, tokens.last_used_at, tokens.selector
FROM sessions JOIN tokens ON tokens.sha256 = sessions.token_sha256
WHERE sessions.sha256 = :sha256 AND sessions.expires_at > :at;

-- delete_session --
-- End a session.
DELETE FROM sessions WHERE sha256 = :sha256;

-- delete_ended_sessions --
-- Forget the sessions that have expired, or whose token is void.
DELETE FROM sessions WHERE expires_at <= :at OR token_sha256 NOT IN (SELECT sha256 FROM tokens);

-- delete_surplus_sessions --
-- Of the sessions of one token, end all but the newest so many.
DELETE FROM sessions WHERE token_sha256 = :token_sha256 AND sha256 NOT IN (
  SELECT sha256 FROM sessions WHERE token_sha256 = :token_sha256 ORDER BY made_at DESC, sha256 LIMIT :most
);

-- sessions_of --
-- How many sessions of an operator there are.
SELECT count(*) FROM sessions JOIN tokens ON tokens.sha256 = sessions.token_sha256 WHERE tokens.holder = :operator;
