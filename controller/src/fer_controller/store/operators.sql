-- The SQL of operators and their tokens.

-- operators --
-- All operators by name.
SELECT name, role, made_at FROM operators ORDER BY name;

-- operator_of_token --
-- The operator that has this token.
SELECT name, role, made_at FROM operators WHERE sha256 = ?;

-- upsert_operator --
-- Give an operator a token and a role, instead of those that there were.
INSERT INTO operators (name, role, sha256, made_at) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, sha256 = excluded.sha256, made_at = excluded.made_at;

-- delete_operator --
-- Take an operator's token away.
DELETE FROM operators WHERE name = ?;

-- has_operators --
-- Whether the database is new enough to have operators.
SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'operators';
