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
