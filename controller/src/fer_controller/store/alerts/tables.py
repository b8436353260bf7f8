"""The tables of alerts, as the migrations make them."""

ALERTS: tuple[str, ...] = (
    """
    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY,
      rule TEXT NOT NULL,
      subject TEXT NOT NULL,
      device TEXT NOT NULL,
      rollout TEXT NOT NULL,
      state TEXT NOT NULL,
      sentence TEXT NOT NULL,
      begun_at TEXT NOT NULL,
      changed_at TEXT NOT NULL,
      raised_at TEXT NOT NULL,
      over_at TEXT NOT NULL,
      returns INTEGER NOT NULL,
      acknowledged_at TEXT NOT NULL,
      acknowledged_by TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX alerts_open ON alerts (rule, subject) WHERE over_at = ''",
    "CREATE INDEX alerts_over ON alerts (over_at) WHERE over_at <> ''",
    "CREATE TABLE alert_looks (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT",
    """
    CREATE TABLE alert_silences (
      id INTEGER PRIMARY KEY,
      rule TEXT NOT NULL,
      selector TEXT NOT NULL,
      reason TEXT NOT NULL,
      made_at TEXT NOT NULL,
      made_by TEXT NOT NULL,
      until_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE alert_tests (
      id INTEGER PRIMARY KEY,
      asked_at TEXT NOT NULL,
      asked_by TEXT NOT NULL,
      begun_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE alert_deliveries (
      id INTEGER PRIMARY KEY,
      alert INTEGER NOT NULL,
      test INTEGER NOT NULL,
      target TEXT NOT NULL,
      document TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      made_at TEXT NOT NULL,
      due_at TEXT NOT NULL,
      done_at TEXT NOT NULL,
      outcome TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX alert_deliveries_open ON alert_deliveries (target, id) WHERE done_at = ''",
    "CREATE INDEX alert_deliveries_of_test ON alert_deliveries (test) WHERE test <> 0",
)
