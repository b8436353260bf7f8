-- Certificates in PostgreSQL.

-- tables_of_certificates --
-- Certificates.
CREATE TABLE certificates (
  serial TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  role TEXT NOT NULL,
  made_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  made_by TEXT NOT NULL,
  revoked_at TEXT NOT NULL DEFAULT ''
);
CREATE INDEX certificates_by_holder ON certificates (holder, role);
CREATE INDEX certificates_revoked ON certificates (revoked_at) WHERE revoked_at <> '';

-- newest_ends_of --
-- For each of these holders the end of the newest certificate that was not revoked; empty where all were.
SELECT holder, max(CASE WHEN revoked_at = '' THEN expires_at ELSE '' END) AS expires_at FROM certificates
WHERE role = :role AND holder IN (SELECT jsonb_array_elements_text(CAST(:holders AS jsonb))) GROUP BY holder;
