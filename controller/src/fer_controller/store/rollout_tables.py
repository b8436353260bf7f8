"""The tables of rollouts, labels and the audit log, as the migrations make them."""

ROLLOUT_TABLES: tuple[str, ...] = ()
