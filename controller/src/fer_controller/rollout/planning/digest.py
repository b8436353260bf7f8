"""The digest of a plan: whoever approves a rollout names it, so that what was approved is what runs."""

import hashlib
import json
from collections.abc import Iterable

from fer_controller.store.rollouts.records import RolloutRow, TargetRow


def digest(row: RolloutRow, targets: Iterable[TargetRow]) -> str:
    """SHA-256, as hexadecimal, of what is fixed when a rollout is planned: what it brings, to whom, how, when."""
    plan = {
        "rollout": row.id,
        "asked_by": row.created_by,
        "brings": [row.model, row.task, row.manifest_url],
        "request": json.loads(row.request),
        "devices": sorted([each.wave, each.position, each.device, each.artifacts] for each in targets),
    }
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
