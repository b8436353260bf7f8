"""What the audit log has beyond its first columns: where entries came from, the hash that chains them, and indexes."""

CHAIN_OF_AUDIT: tuple[str, ...] = (
    "ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
)

FILTERS_OF_AUDIT: tuple[str, ...] = (
    "CREATE INDEX audit_by_actor ON audit (actor, id)",
    "CREATE INDEX audit_by_action ON audit (action, id)",
    "CREATE INDEX audit_by_device ON audit (device, id)",
    "CREATE INDEX audit_by_time ON audit (time, id)",
)
