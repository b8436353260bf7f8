"""The tables of models and their files, as the migrations make them."""

MODELS: tuple[str, ...] = (
    """
    CREATE TABLE models (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      manifest BLOB NOT NULL,
      added_at TEXT NOT NULL,
      UNIQUE (name, version)
    ) STRICT
    """,
    """
    CREATE TABLE model_files (
      id INTEGER PRIMARY KEY,
      model_id INTEGER NOT NULL REFERENCES models (id),
      precision TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      UNIQUE (model_id, precision)
    ) STRICT
    """,
    "CREATE INDEX model_files_by_sha256 ON model_files (sha256)",
)

CARDS_OF_MODELS: tuple[str, ...] = ("ALTER TABLE models ADD COLUMN card TEXT NOT NULL DEFAULT ''",)
