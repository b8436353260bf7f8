"""What each part of a recipe brings: the same training again and again, one thing changed at a time."""

from fer_models.ablation.plan import AblationRow, Plan, read_plan
from fer_models.ablation.runner import AblationRequest, AblationRunner, Workshop

__all__ = ["AblationRequest", "AblationRow", "AblationRunner", "Plan", "Workshop", "read_plan"]
