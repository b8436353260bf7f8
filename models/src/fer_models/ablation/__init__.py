"""What each part of a recipe contributes: the same training repeated, with one thing changed at a time."""

from fer_models.ablation.plan import AblationPlan, AblationRow, read_plan
from fer_models.ablation.runner import AblationRequest, AblationRunner

__all__ = ["AblationPlan", "AblationRequest", "AblationRow", "AblationRunner", "read_plan"]
