"""What each part of a recipe contributes: the same training repeated, with one thing changed at a time."""

from fer_models.ablation.plan import AblationRow, Plan, read_plan
from fer_models.ablation.runner import AblationRequest, AblationRunner

__all__ = ["AblationRequest", "AblationRow", "AblationRunner", "Plan", "read_plan"]
