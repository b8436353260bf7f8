-- Moves in PostgreSQL.

-- tables_of_moves --
-- From where this database was filled, to where it was moved, and what was compared of its events and telemetry.
CREATE TABLE moves (
  direction TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  other TEXT NOT NULL,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE TABLE moved_blocks (
  source TEXT NOT NULL,
  block bigint NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (source, block)
);
