"""What an operator who is limited to some devices sees and changes of each table; in every engine the same.

`{given}` stands for the query of the devices that they are given, `{all}` for what comes before a table that is not
confined, and `{row}` for what comes before a column.
"""

from collections.abc import Collection, Mapping

NOTHING, ALL = "1 = 0", "1 = 1"
OF_A_DEVICE = "{row}device IN ({given})"
OF_A_HOLDER = "{row}role = 'device' AND {row}holder IN ({given})"
NO_OTHERS = (
    "NOT EXISTS (SELECT 1 FROM {all}rollout_targets other WHERE other.rollout = {row}%s "
    "AND other.device NOT IN ({given}))"
)
"""A rollout is in reach when none of its devices is out of it."""
OF_A_ROLLOUT = NO_OTHERS % "rollout"
OF_EITHER = f"(({OF_A_DEVICE}) OR {{row}}device = '' AND {{row}}rollout <> '' AND {OF_A_ROLLOUT})"
LOOKING: Mapping[str, str] = {
    "alerts": OF_EITHER,
    "audit": OF_EITHER,
    "certificates": OF_A_HOLDER,
    "best_faces": ALL,
    "event_hours": ALL,
    "forgotten": ALL,
    "model_files": ALL,
    "models": ALL,
    "rollout_orders": OF_A_ROLLOUT,
    "rollout_waves": OF_A_ROLLOUT,
    "rollouts": NO_OTHERS % "id",
    "tokens": OF_A_HOLDER,
}
"""What is seen of tables without a device, or with more; of others with a device, its rows, and of the rest nothing."""
CHANGING: Mapping[str, str] = {
    **LOOKING,
    "audit": f"({{row}}device = '' OR {OF_A_DEVICE}) AND {OF_A_ROLLOUT}",
    "best_faces": NOTHING,
    "event_hours": NOTHING,
    "forgotten": NOTHING,
    "model_files": NOTHING,
    "models": NOTHING,
}
"""What may be written, likewise."""
CHANGES: Mapping[str, tuple[str, ...]] = {"INSERT": ("NEW.",), "UPDATE": ("OLD.", "NEW."), "DELETE": ("OLD.",)}
"""The rows that must be in reach, by the change."""


def seen(table: str, columns: Collection[str]) -> str:
    """The condition of the rows that are seen."""
    return LOOKING.get(table, _by_device(columns))


def allowed(table: str, columns: Collection[str], change: str) -> str:
    """The condition under which a row may be changed; its columns stand after NEW and OLD."""
    condition = CHANGING.get(table, _by_device(columns))
    return " AND ".join(condition.replace("{row}", row) for row in CHANGES[change])


def _by_device(columns: Collection[str]) -> str:
    return OF_A_DEVICE if "device" in columns else NOTHING
