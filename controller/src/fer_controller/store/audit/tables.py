"""What the audit log has beyond its first columns: where each entry came from, and the hash that chains it."""

CHAIN_OF_AUDIT: tuple[str, ...] = (
    "ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
)
