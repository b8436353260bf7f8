"""The audit log, chained by hashes."""
