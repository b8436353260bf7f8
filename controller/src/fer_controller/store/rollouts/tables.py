"""The tables of rollouts, desired states, orders and the audit log, as the migrations make them."""

ROLLOUTS: tuple[str, ...] = (
    """
    CREATE TABLE rollouts (
      id TEXT PRIMARY KEY,
      created_at TEXT NOT NULL,
      created_by TEXT NOT NULL,
      model TEXT NOT NULL,
      manifest_url TEXT NOT NULL,
      request TEXT NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      ended_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX rollouts_by_end ON rollouts (ended_at)",
    """
    CREATE TABLE rollout_waves (
      rollout TEXT NOT NULL,
      number INTEGER NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      started_at TEXT NOT NULL,
      deadline_at TEXT NOT NULL,
      soaking_at TEXT NOT NULL,
      soak_until TEXT NOT NULL,
      judged_at TEXT NOT NULL,
      verdicts TEXT NOT NULL,
      ended_at TEXT NOT NULL,
      PRIMARY KEY (rollout, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE rollout_targets (
      rollout TEXT NOT NULL,
      device TEXT NOT NULL,
      wave INTEGER NOT NULL,
      position INTEGER NOT NULL,
      state TEXT NOT NULL,
      artifacts TEXT NOT NULL,
      why TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      failures INTEGER NOT NULL,
      previous_model TEXT NOT NULL,
      previous_sha256 TEXT NOT NULL,
      baseline TEXT NOT NULL,
      reason TEXT NOT NULL,
      retry_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      PRIMARY KEY (rollout, device)
    ) STRICT
    """,
    "CREATE INDEX rollout_targets_by_device ON rollout_targets (device)",
    "CREATE INDEX rollout_targets_by_state ON rollout_targets (state)",
    """
    CREATE TABLE desired_states (
      device TEXT PRIMARY KEY,
      rollout TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      payload TEXT NOT NULL,
      written_at TEXT NOT NULL,
      published INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX desired_states_unpublished ON desired_states (device) WHERE published = 0",
    """
    CREATE TABLE rollout_orders (
      id INTEGER PRIMARY KEY,
      rollout TEXT NOT NULL,
      action TEXT NOT NULL,
      actor TEXT NOT NULL,
      given_at TEXT NOT NULL,
      done_at TEXT NOT NULL,
      outcome TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX rollout_orders_open ON rollout_orders (id) WHERE done_at = ''",
    """
    CREATE TABLE device_failures (
      device TEXT PRIMARY KEY,
      failures INTEGER NOT NULL,
      quarantined_at TEXT NOT NULL,
      reason TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      time TEXT NOT NULL,
      rollout TEXT NOT NULL,
      wave INTEGER NOT NULL,
      device TEXT NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      sentence TEXT NOT NULL,
      numbers TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audit_by_rollout ON audit (rollout, id)",
)

TASKS_OF_ROLLOUTS: tuple[str, ...] = (
    "ALTER TABLE rollouts ADD COLUMN task TEXT NOT NULL DEFAULT 'classifier'",
    "ALTER TABLE desired_states ADD COLUMN task TEXT NOT NULL DEFAULT 'classifier'",
)

SIGNED_ORDERS: tuple[str, ...] = (
    "ALTER TABLE desired_states ADD COLUMN signed_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE desired_states ADD COLUMN signed_until TEXT NOT NULL DEFAULT ''",
)
"""As what the broker has confirmed was signed: by which key, and until when it holds; empty if it was not."""

SETTINGS_OF_TARGETS: tuple[str, ...] = (
    "ALTER TABLE rollout_targets ADD COLUMN settings TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE rollout_targets ADD COLUMN previous_settings TEXT NOT NULL DEFAULT ''",
)
"""All settings from afar that a device is told to have, and had before, as JSON; empty where a rollout leaves them."""

WAKING_OF_ROLLOUTS: tuple[str, ...] = ("ALTER TABLE rollouts ADD COLUMN wakes_at TEXT NOT NULL DEFAULT ''",)

APPROVALS_OF_ROLLOUTS: tuple[str, ...] = (
    "ALTER TABLE rollouts ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE rollouts ADD COLUMN approvals_needed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE rollouts ADD COLUMN approvals TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE rollout_orders ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE rollout_orders ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
)
"""The plan's digest, and who has approved it; and what of an order names that digest, or says why."""
